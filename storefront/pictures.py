"""Pictures of the API, handed on under our own address, so that a page loads from us alone."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import urllib3
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from storefront.api import pool

SOUND = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./ -]*\.(?:jpe?g|png|webp|gif)", re.IGNORECASE)
LARGEST_BYTES = 4_000_000
ONE_WEEK = 604_800


def local(url: str | None) -> str:
    """Our address of a picture of the API's; empty for none."""
    path = urlsplit(url or "").path
    name = path.partition("/media/")[2]
    return reverse("picture", args=[name]) if SOUND.fullmatch(name) else ""


def picture(request: HttpRequest, name: str) -> HttpResponse:
    """One picture; whatever is no picture is not found."""
    if not SOUND.fullmatch(name) or ".." in name:
        raise Http404
    try:
        answer = pool().request(
            "GET", f"{settings.API}/media/{quote(name)}", redirect=False, retries=1
        )
    except urllib3.exceptions.HTTPError as error:
        raise Http404 from error
    kind = answer.headers.get("Content-Type", "")
    if answer.status != 200 or not kind.startswith("image/") or "svg" in kind:
        raise Http404
    if len(answer.data) > LARGEST_BYTES:
        raise Http404
    response = HttpResponse(answer.data, content_type=kind)
    response["Cache-Control"] = f"public, max-age={ONE_WEEK}"
    return response
