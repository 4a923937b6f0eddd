"""For container engines and load balancers: this process answers; it can serve pages.

Pages are made of what the API says, so without the API none can be served.
"""

from __future__ import annotations

import urllib3
from django.conf import settings
from django.http import HttpRequest, JsonResponse

from storefront.api import pool

API_SECONDS = 3.0


def live(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "live"})


def ready(_request: HttpRequest) -> JsonResponse:
    """200 where the API lives, 503 with a code and a sentence where it does not answer."""
    try:
        answer = pool().request(
            "GET", f"{settings.API}/health/live", timeout=API_SECONDS, retries=False
        )
        reached = answer.status == 200
    except urllib3.exceptions.HTTPError:
        reached = False
    if reached:
        return JsonResponse({"status": "ready"})
    return JsonResponse(
        {
            "status": "unready",
            "code": "API_UNREACHABLE",
            "message": "The API does not answer. Start it, or correct WELFAREPIU_API.",
        },
        status=503,
    )
