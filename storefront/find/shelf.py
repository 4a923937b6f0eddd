"""Finished pages of the shop window, for the next reader: true to the second, and nobody's.

A page is made for nobody: from a request that brings neither cookies nor token, with marks in the
places where a reader's own things go (a name, a form's secret). Each reader gets the page with
their own things put in its places. So what lies on the shelf cannot hold anything of anybody.

A page holds while the API's stamp of the window stays the same (``windowStamp``). The stamp is
asked for at most every half second, and none is believed for longer than :data:`OLDEST_SECONDS`,
counted from before it was asked for; so no page is older than that. Where the API does not answer,
nothing is shown from the shelf.
"""

from __future__ import annotations

import re
import secrets
import struct
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.cache import patch_vary_headers
from django.utils.html import escape
from django.utils.translation import get_language

from storefront.api import ask
from storefront.errors import is_htmx

ASK_AFTER_SECONDS, OLDEST_SECONDS = 0.5, 0.9
MOST_PAGES = 500

# A mark that nobody can write into a description: whose secret is it but this process's.
_SECRET = secrets.token_hex(8)
MARK = re.compile(f"\ue000{_SECRET}:(\\w+)\ue001")

# What a page may depend on besides its address; never a cookie or a token.
NEUTRAL_META = ("SERVER_NAME", "SERVER_PORT", "QUERY_STRING", "HTTP_HX_REQUEST")

PERSONAL = frozenset({"name", "initials", "first_name", "last_name", "email"})

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
GZIP_END = b"\x03\x00"

Make = Callable[[HttpRequest], HttpResponse]
Own = Callable[[Mapping[str, Any]], Mapping[str, str]]


def mark(name: str) -> str:
    """The place in a page where a reader's own thing of that name goes."""
    return f"\ue000{_SECRET}:{name}\ue001"


class AnyReader:
    """Stands for whoever is signed in while a page is made."""

    name, initials, email = mark("name"), mark("initials"), mark("email")
    first_name, last_name = mark("first_name"), mark("last_name")


@dataclass(frozen=True, slots=True)
class Page:
    """A page in parts, with places between them: ``raw[0] places[0] raw[1] places[1] ... raw[n]``.

    ``packed`` are the parts again, deflated: only what is put in is deflated for each reader.
    ``facts`` are what its maker has left on the response as ``facts``, for who fills its places.
    """

    status: int
    content_type: str
    raw: tuple[bytes, ...]
    packed: tuple[bytes, ...]
    places: tuple[str, ...]
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, response: HttpResponse) -> Page:
        parts = MARK.split(response.content.decode())
        raw = tuple(part.encode() for part in parts[::2])
        packed = tuple(map(_deflated, raw))
        facts = getattr(response, "facts", {})
        kind = response["Content-Type"]
        return cls(response.status_code, kind, raw, packed, tuple(parts[1::2]), facts)

    def filled(self, places: Mapping[str, str]) -> bytes:
        """With each place's own thing in it."""
        own = [places[name].encode() for name in self.places]
        return b"".join(_between(self.raw, own))

    def filled_and_packed(self, places: Mapping[str, str]) -> bytes:
        """The same, as gzip."""
        own = [places[name].encode() for name in self.places]
        whole = b"".join(_between(self.raw, own))
        packed = _between(self.packed, [_deflated(one) for one in own])
        tail = struct.pack("<II", zlib.crc32(whole), len(whole) & 0xFFFFFFFF)
        return b"".join([GZIP_HEAD, *packed, GZIP_END, tail])


def _between(parts: tuple[bytes, ...], own: list[bytes]) -> list[bytes]:
    joined = [parts[0]]
    for mine, part in zip(own, parts[1:], strict=True):
        joined += [mine, part]
    return joined


def _deflated(text: bytes) -> bytes:
    """A piece of a deflate stream that needs nothing of what came before it."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)


class Shelf:
    """The pages of one process under the window's stamp of now."""

    def __init__(self, ask_stamp: Callable[[], str], clock: Callable[[], float]) -> None:
        self._ask, self._clock = ask_stamp, clock
        self._stamp, self._asked_at = "", float("-inf")
        self._asking, self._guard = threading.Lock(), threading.Lock()
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()

    def stamp(self) -> str:
        """The window's stamp, never believed for longer than a reader may be told old things."""
        age = self._clock() - self._asked_at
        if age < ASK_AFTER_SECONDS:
            return self._stamp
        # While it is young enough one thread asks and the others go on; else all wait for it.
        if not self._asking.acquire(blocking=age >= OLDEST_SECONDS):
            return self._stamp
        try:
            began = self._clock()
            if began - self._asked_at >= ASK_AFTER_SECONDS:
                self._turn(self._ask(), began)
            return self._stamp
        finally:
            self._asking.release()

    def _turn(self, stamp: str, asked_at: float) -> None:
        with self._guard:
            if stamp != self._stamp:
                self._pages.clear()
            self._stamp, self._asked_at = stamp, asked_at

    def page(self, key: Hashable, make: Callable[[], HttpResponse]) -> tuple[Page, bool]:
        """The page of that key, and whether it lay there; one that is not whole (200) is made anew
        for each reader."""
        stamp = self.stamp()
        with self._guard:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
                return found, True
        made = Page.of(make())
        with self._guard:
            # What was made under a stamp that has gone meanwhile may be older than the new one.
            if made.status == 200 and stamp == self._stamp:
                self._pages[key] = made
                while len(self._pages) > MOST_PAGES:
                    self._pages.popitem(last=False)
        return made, False


@cache
def shelf() -> Shelf:
    """This process's own."""
    nobody = HttpRequest()
    return Shelf(lambda: str(ask(nobody, "find/stamp")["windowStamp"]), time.monotonic)


def shelved(request: HttpRequest, make: Make, own: Own | None = None) -> HttpResponse:
    """The page that ``make`` makes, from the shelf where it lies there, with this reader's things.

    ``make`` is given a neutral request and must read no other. ``own`` gives the HTML for places
    that the page has beside those of every page, from the page's facts; it is asked for each
    reader.
    """
    neutral = neutral_request(request)
    if "messages" in request.COOKIES:
        # What is told this reader once is on no page of the shelf.
        neutral._messages = request._messages
        page, found = Page.of(make(neutral)), False
    else:
        page, found = shelf().page(_key(neutral), lambda: make(neutral))
    response = HttpResponse(status=page.status, content_type=page.content_type)
    places = _places(request, page, own)
    if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        response.content = page.filled_and_packed(places)
        response["Content-Encoding"] = "gzip"
    else:
        response.content = page.filled(places)
    response["X-Shelf"] = "found" if found else "made"
    patch_vary_headers(response, ("Accept-Encoding", "HX-Request"))
    return response


def neutral_request(request: HttpRequest) -> HttpRequest:
    """The same page asked for by nobody: no cookie, no token, no address of the reader's."""
    neutral = HttpRequest()
    neutral.method, neutral.path, neutral.path_info = "GET", request.path, request.path_info
    neutral.META = {name: request.META[name] for name in NEUTRAL_META if name in request.META}
    neutral.GET = request.GET
    neutral.resolver_match = request.resolver_match
    neutral.theme, neutral.token = getattr(request, "theme", ""), ""
    neutral.person = AnyReader() if request.person is not None else None
    # A number without a name; pages of as many pieces are the same page.
    neutral.cart_pieces = _pieces_in_cart(request)
    return neutral


def _pieces_in_cart(request: HttpRequest) -> int:
    if "buy" not in settings.ROOMS:
        return 0
    return int(import_module("storefront.buy.context").page(request)["cart_count"] or 0)


def _key(neutral: HttpRequest) -> Hashable:
    return (
        neutral.get_full_path(),
        get_language(),
        neutral.theme,
        neutral.person is not None,
        neutral.cart_pieces,
        is_htmx(neutral),
    )


def _places(request: HttpRequest, page: Page, own: Own | None) -> dict[str, str]:
    """What goes into the page's places, as HTML; only what it has is looked for."""
    wanted = frozenset(page.places)
    places = {name: escape(getattr(request.person, name)) for name in wanted & PERSONAL}
    if "csrf_token" in wanted:
        places["csrf_token"] = get_token(request)
    if own is not None and wanted - places.keys():
        places.update(own(page.facts))
    return places
