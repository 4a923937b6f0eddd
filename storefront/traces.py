"""A number for each request: in the answer, in the log, on the error page, and in the API's log.

One log line for each page: what kind of page it was, how it ended, how long it took. Which article,
which order, and whose, is nobody's business.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
SOUND = re.compile(r"[A-Za-z0-9-]{8,64}")

logger = logging.getLogger(__name__)
# Asked for every few seconds by machines, or a dozen times by one page.
NOT_LOGGED = frozenset({"live", "ready", "picture"})
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})

_trace: ContextVar[str] = ContextVar("trace", default="-")


def trace() -> str:
    """The number of the request under way; ``-`` outside of one."""
    return _trace.get()


class Traced:
    """Take the proxy's number, or make one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        number = given if SOUND.fullmatch(given) else uuid.uuid4().hex[:12]
        request.trace = number
        before, began = _trace.set(number), time.perf_counter()
        try:
            response = self.get_response(request)
            _note(request, response, time.perf_counter() - began)
        finally:
            _trace.reset(before)
        response[HEADER] = number
        return response


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """The page's line; a file that every visitor is sent alike has none."""
    match = request.resolver_match
    route = "" if match is None else match.view_name
    if route in NOT_LOGGED or (match is None and response.status_code < 400):
        return
    facts = {
        "method": request.method if request.method in METHODS else "OTHER",
        "route": route,
        "status": response.status_code,
        "duration_ms": round(seconds * 1000, 1),
    }
    logger.info(
        "page %(route)s: %(status)s to %(method)s in %(duration_ms)s ms", facts, extra=facts
    )


class TraceFilter(logging.Filter):
    """Give each log line the number of its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.trace = trace()
        return True
