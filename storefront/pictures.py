"""Pictures of the API under our own address, in the size that is shown: a page loads from us alone.

The API keeps them as large as somebody uploaded them. Here each is drawn smaller once per process,
as WebP, and kept for the next who asks; browsers keep it for a week.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

import urllib3
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from PIL import Image, UnidentifiedImageError

from storefront.api import pool

SOUND = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./ -]*\.(?:jpe?g|png|webp|gif)", re.IGNORECASE)
# Pixels across: a thumbnail, a card, a page's own picture.
WIDTHS = (160, 480, 960)
CARD = 480
QUALITY = 72
LARGEST_BYTES = 12_000_000
KEPT_PICTURES = 300
ONE_WEEK = 604_800


def local(url: str | None, width: int = CARD) -> str:
    """Our address of a picture of the API's; empty for none. ``width``: one of ``WIDTHS``."""
    name = urlsplit(url or "").path.partition("/media/")[2]
    return reverse("picture", args=[width, name]) if SOUND.fullmatch(name) else ""


def picture(request: HttpRequest, width: int, name: str) -> HttpResponse:
    """One picture; whatever is no picture is not found."""
    if width not in WIDTHS or not SOUND.fullmatch(name) or ".." in name:
        raise Http404
    response = HttpResponse(drawn(name, width), content_type="image/webp")
    response["Cache-Control"] = f"public, max-age={ONE_WEEK}"
    return response


@lru_cache(maxsize=KEPT_PICTURES)
def drawn(name: str, width: int) -> bytes:
    """The picture as WebP, at most ``width`` pixels across; Http404 where there is none."""
    try:
        answer = pool().request(
            "GET", f"{settings.API}/media/{quote(name)}", redirect=False, retries=1
        )
        if answer.status != 200 or len(answer.data) > LARGEST_BYTES:
            raise Http404
        with Image.open(io.BytesIO(answer.data), formats=("JPEG", "PNG", "WEBP", "GIF")) as found:
            return _smaller(found, width)
    except (urllib3.exceptions.HTTPError, UnidentifiedImageError, OSError) as error:
        raise Http404 from error


def _smaller(found: Image.Image, width: int) -> bytes:
    # A JPEG is read at a fraction of its size where that is enough.
    found.draft("RGB", (width, width))
    kind = "RGBA" if found.mode in ("RGBA", "LA", "P") else "RGB"
    image = found.convert(kind)
    image.thumbnail((width, width))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
