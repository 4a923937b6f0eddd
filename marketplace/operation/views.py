"""Addresses for load balancers, container engines and Prometheus; nobody signs in here."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.operation import health


@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers. Whoever restarts it on anything else makes an outage longer."""
    return JsonResponse({"status": "live"})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """200 where requests can be served (``ready``, ``degraded``), 503 where they cannot."""
    found = health.report()
    return JsonResponse(found.as_json(), status=503 if found.status == health.UNREADY else 200)
