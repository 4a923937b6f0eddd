"""The one way to the API: GraphQL documents that are files, sent over kept-alive connections.

    data = ask(request, "home/home", first=3)           # storefront/home/documents/home.graphql
    payload = mutate(request, "buy/purchase", input={...})

A document's name is ``<room>/<file>``; a line ``#import design/listing`` in it brings in the
fragments of another file. Money comes as ``{"amount": Decimal, "currency": "EUR"}``.

Three ways to fail, and no fourth:

- :class:`ApiRefusal`: the marketplace says no; ``refusal.errors`` has a code and a sentence for the
  person each, in their language. Catch it where the page can show it; else it is an error page.
- :class:`NotSignedIn`: there is no token, or it no longer holds. Leave it alone: the person is sent
  to sign in and comes back, with the form that they had sent.
- :class:`ApiUnavailable`: no answer, or a broken one. Leave it alone: an error page says so.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import urllib3
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from storefront.traces import HEADER as TRACE_HEADER
from storefront.traces import trace

logger = logging.getLogger(__name__)

HERE = Path(__file__).resolve().parent
IMPORT = re.compile(r"^#import (\S+)$", re.MULTILINE)
CONNECT_SECONDS, READ_SECONDS = 2.0, 25.0
CONNECTIONS = 16

NOT_SIGNED_IN = frozenset({"NOT_SIGNED_IN", "TOKEN_EXPIRED", "INVALID_TOKEN"})
# The lists of refusals in payloads: ours, and Saleor's.
ERROR_LISTS = ("welfareErrors", "errors", "accountErrors", "checkoutErrors", "paymentErrors")


@dataclass(frozen=True, slots=True)
class Refused:
    """One reason: ``field`` is the input's (camelCase), ``line`` the cart's, counted from 1."""

    code: str
    message: str
    field: str | None = None
    line: int | None = None
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class ApiRefusal(Exception):
    """The marketplace says no; ``errors`` is never empty."""

    def __init__(self, errors: Iterable[Refused]) -> None:
        self.errors = list(errors)
        super().__init__(", ".join(one.code for one in self.errors))

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(one.code for one in self.errors)

    @property
    def message(self) -> str:
        """The first sentence, for pages with room for one."""
        return self.errors[0].message


class NotSignedIn(Exception):
    """There is no token, or the API no longer takes it."""


class ApiUnavailable(Exception):
    """No answer in time, or one that no page can be made of."""


def ask(request: HttpRequest, document: str, /, **variables: Any) -> dict[str, Any]:
    """The ``data`` of a query. A connection that broke is tried once more: reading is harmless."""
    return _send(request, document, variables, tries=2)


def mutate(request: HttpRequest, document: str, /, **variables: Any) -> dict[str, Any]:
    """The payload of the document's one mutation; ApiRefusal where it holds errors."""
    (payload,) = _send(request, document, variables, tries=1).values()
    refused = [_refused(one) for name in ERROR_LISTS for one in payload.get(name) or ()]
    if any(one.code in NOT_SIGNED_IN for one in refused):
        raise NotSignedIn
    if refused:
        raise ApiRefusal(_each_once(refused))
    found: dict[str, Any] = payload
    return found


@cache
def document_text(name: str) -> str:
    """A document with the fragments that it imports."""
    room, _slash, file = name.partition("/")
    text = (HERE / room / "documents" / f"{file}.graphql").read_text(encoding="utf-8")
    return "\n".join([text, *map(document_text, dict.fromkeys(IMPORT.findall(text)))])


@lru_cache(maxsize=1)
def pool() -> urllib3.PoolManager:
    """Connections to the API, shared by the threads of a process."""
    return urllib3.PoolManager(
        maxsize=CONNECTIONS,
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
    )


def _send(
    request: HttpRequest, document: str, variables: Mapping[str, Any], *, tries: int
) -> dict[str, Any]:
    body = json.dumps({"query": document_text(document), "variables": variables}, default=str)
    retries = urllib3.Retry(
        connect=1, read=tries - 1, redirect=0, status=0, other=0, allowed_methods=None
    )
    try:
        answer = pool().request(
            "POST",
            f"{settings.API}/graphql/",
            body=body.encode(),
            headers=_headers(request),
            retries=retries,
        )
        said = json.loads(answer.data, parse_float=Decimal)
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        # The kind of error, not its text, which may hold an address with somebody's data in it.
        logger.error("the API does not answer %s: %s", document, type(error).__name__)
        raise ApiUnavailable from error
    return _data(document, said)


def _headers(request: HttpRequest) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "Accept-Language": get_language() or settings.LANGUAGE_CODE,
        TRACE_HEADER: trace(),
    }
    if getattr(request, "token", ""):
        headers["Authorization"] = f"JWT {request.token}"
    if settings.CALLER_KEY:
        headers["X-Storefront-Key"] = settings.CALLER_KEY
        headers["X-Storefront-Client"] = client_address(request)
    return headers


def client_address(request: HttpRequest) -> str:
    """Where the browser is: what our own outermost proxy saw, or the peer where there is none."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    if not settings.TRUSTED_PROXIES:
        return peer
    seen = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    return seen[-settings.TRUSTED_PROXIES] if len(seen) >= settings.TRUSTED_PROXIES else peer


def _data(document: str, said: Any) -> dict[str, Any]:
    errors = said.get("errors") if isinstance(said, dict) else None
    if errors:
        refused = _each_once(found for one in errors for found in _top_level(one))
        if any(one.code in NOT_SIGNED_IN for one in refused):
            raise NotSignedIn
        if any(one.code == "INTERNAL_ERROR" for one in refused):
            logger.error("the API broke at %s: %s", document, refused[0].message)
            raise ApiUnavailable
        raise ApiRefusal(refused)
    data = said.get("data") if isinstance(said, dict) else None
    if not isinstance(data, dict):
        logger.error("the API's answer to %s has no data", document)
        raise ApiUnavailable
    return data


def _top_level(error: Mapping[str, Any]) -> list[Refused]:
    """The refusals in one of an answer's errors: one, or the several that it lists."""
    extensions = error.get("extensions") or {}
    several = extensions.get("refusals")
    if several:
        return [_refused(one) for one in several]
    facts = extensions.get("facts") or {}
    return [_refused({**extensions, **facts, "message": error.get("message"), "facts": facts})]


def _refused(error: Mapping[str, Any]) -> Refused:
    return Refused(
        code=error.get("code") or "REFUSED",
        message=error.get("message") or "",
        field=error.get("field"),
        line=error.get("line"),
        facts=error.get("facts") or {},
    )


def _each_once(refused: Iterable[Refused]) -> list[Refused]:
    """Saleor says some errors twice, typed and not; the typed one has the code."""
    found: list[Refused] = []
    for one in refused:
        if all(one.message != other.message for other in found):
            found.append(one)
    return found
