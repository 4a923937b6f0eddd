"""What every page's template knows, beside what its view says."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from storefront.errors import is_htmx
from storefront.traces import trace


def page(request: HttpRequest) -> dict[str, Any]:
    """``person``, ``theme``, ``language``, ``trace``; ``base``: what a page extends, which is the
    bare content where HTMX asks for it."""
    return {
        "person": getattr(request, "person", None),
        "theme": getattr(request, "theme", ""),
        "language": get_language() or settings.LANGUAGE_CODE,
        "trace": trace(),
        "is_htmx": is_htmx(request),
        "embedded": settings.EMBEDDED,
    }
