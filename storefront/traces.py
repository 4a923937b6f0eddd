"""A number for each request: in the answer, in the log, on the error page, and in the API's log."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
SOUND = re.compile(r"[A-Za-z0-9-]{8,64}")

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
        before = _trace.set(number)
        try:
            response = self.get_response(request)
        finally:
            _trace.reset(before)
        response[HEADER] = number
        return response


class TraceFilter(logging.Filter):
    """Give each log line the number of its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.trace = trace()
        return True
