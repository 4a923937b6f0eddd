"""Whose address a request comes from: the storefront's, which asks for many, says whose."""

from __future__ import annotations

import hmac
from typing import Any

from django.conf import settings


def address_of(request: Any) -> str:
    """The person's address: what our own storefront passes on, what our proxies saw, or the peer.

    Anybody can write a header; the storefront's counts only beside the key that it shares with us.
    """
    given = request.META.get("HTTP_X_STOREFRONT_KEY", "")
    known = settings.STOREFRONT_CALLER_KEY
    if known and hmac.compare_digest(given.encode(), known.encode()):
        return str(request.META.get("HTTP_X_STOREFRONT_CLIENT", ""))
    proxies = settings.TRUSTED_PROXIES
    seen = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if proxies and len(seen) >= proxies:
        return seen[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))
