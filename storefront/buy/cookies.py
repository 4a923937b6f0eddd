"""Small signed cookies of one person: what this room remembers between pages, without a store."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse


def read(request: HttpRequest, name: str, *, seconds: int) -> dict[str, Any] | None:
    """What the cookie holds; None where there is none, it is too old or was tampered with."""
    try:
        found = signing.loads(
            request.COOKIES.get(name, ""), salt=f"storefront.buy.{name}", max_age=seconds
        )
    except signing.BadSignature:
        return None
    return found if isinstance(found, dict) else None


def write(response: HttpResponse, name: str, value: dict[str, Any], *, seconds: int) -> None:
    response.set_cookie(
        name,
        signing.dumps(value, salt=f"storefront.buy.{name}", compress=True),
        max_age=seconds,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def forget(response: HttpResponse, name: str) -> None:
    response.delete_cookie(name, samesite="Lax")
