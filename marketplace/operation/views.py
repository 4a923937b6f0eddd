"""Addresses for load balancers, container engines and Prometheus; nobody signs in here."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from marketplace.operation import health
from marketplace.operation import metrics as figures


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


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever bears ``WELFAREPIU_METRICS_TOKEN``; where none is set, there is no such page."""
    token = settings.METRICS_TOKEN
    if not token:
        raise Http404
    if not constant_time_compare(request.META.get("HTTP_AUTHORIZATION", ""), f"Bearer {token}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(figures.exposition(), content_type=CONTENT_TYPE_LATEST)
