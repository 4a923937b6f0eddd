"""One number for all that a request sets off: storefront, API, tasks, and their log lines.

``X-Request-ID`` is taken from whoever calls where it is well formed, so that the storefront's goes
on here, and made where it is not; the answer bears it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
# As the storefront's. Nothing in it that could end a log line or begin another field.
SOUND = re.compile(r"[A-Za-z0-9-]{8,64}")

_current: ContextVar[str] = ContextVar("welfarepiu_request_id", default="")


def current() -> str:
    """The number of what is under way; empty outside of a request or task."""
    return _current.get()


def new() -> str:
    return uuid.uuid4().hex[:16]


def sound_or_new(given: object) -> str:
    """``given`` where it is a number as we make them, another one where it is not."""
    return given if isinstance(given, str) and SOUND.fullmatch(given) else new()


@contextmanager
def under(number: str) -> Iterator[None]:
    """All that is logged and sent inside bears ``number``."""
    token = _current.set(number)
    try:
        yield
    finally:
        _current.reset(token)


def adopt(number: str) -> None:
    """As :func:`under`, where beginning and end are told by signals."""
    _current.set(number)


class RequestIds:
    """Middleware, the first of all: the number of each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = sound_or_new(request.META.get("HTTP_X_REQUEST_ID"))
        with under(number):
            response = self.get_response(request)
        response[HEADER] = number
        return response
