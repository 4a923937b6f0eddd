"""One log line and one measurement for each request: what was asked, how it ended, how long.

What was asked is the route and the root fields of a GraphQL document that has passed validation:
names of ours, never what somebody sent.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse

from marketplace.operation import metrics

logger = logging.getLogger(__name__)

# Asked for every few seconds, by machines.
NOT_LOGGED = frozenset({"health-live", "health-ready", "metrics"})
MOST_FIELDS = 10


def note_fields(request: HttpRequest, fields: Iterable[str]) -> None:
    """Remember the root fields of a validated document for the request's line."""
    noted: set[str] = getattr(request, "welfare_fields", set())
    request.welfare_fields = noted | set(fields)


class Watched:
    """Middleware, after the request has its number."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        match = request.resolver_match
        if match is None or match.view_name not in NOT_LOGGED:
            logger.info("request", extra=_facts(request, response, seconds))
            metrics.REQUEST_SECONDS.labels(route_of(request), response.status_code).observe(seconds)
        return response


def _facts(request: HttpRequest, response: HttpResponse, seconds: float) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "method": request.method if request.method in METHODS else "OTHER",
        "route": route_of(request),
        "status": response.status_code,
        "duration_ms": round(seconds * 1000, 1),
    }
    fields = sorted(getattr(request, "welfare_fields", ()))
    if fields:
        facts["fields"] = fields[:MOST_FIELDS]
    return facts


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_of(request: HttpRequest) -> str:
    """The pattern of the address, never the address itself; empty where there is none."""
    match = request.resolver_match
    return "" if match is None else str(match.view_name or match.route)
