"""Pages of a list in Relay's form: ``first/after``, ``last/before``, one query a page.

Query sets are paged by key (the ordering's values in the cursor), so a page costs the same however
deep it lies and no row is shown twice when others arrive meanwhile. Lists are paged by place.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.refusals import Refusal

MOST_PER_PAGE = 100


@dataclass(slots=True)
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(slots=True)
class Edge:
    node: Any
    cursor: str


@dataclass(slots=True)
class Page:
    """What a connection field resolves to; ``iterable`` is kept for ``totalCount``."""

    edges: list[Edge]
    page_info: PageInfo
    iterable: Any


def page(
    iterable: QuerySet[Any] | Sequence[Any],
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Page:
    """One page of a query set or a list.

    Raises:
        Refusal: INVALID_PAGE where neither or both of first and last are given, one is below 1 or
            above 100, or a cursor is not one of ours.
    """
    size = _size(first, last)
    if isinstance(iterable, QuerySet):
        return _query_page(iterable, size, last is not None, after, before)
    return _list_page(iterable, size, last is not None, after, before)


def _size(first: int | None, last: int | None) -> int:
    if (first is None) == (last is None):
        raise Refusal("INVALID_PAGE", _("Ask for either the `first` or the `last` rows of a list."))
    size = first if first is not None else last or 0
    if not 1 <= size <= MOST_PER_PAGE:
        raise Refusal(
            "INVALID_PAGE", _("A page holds from 1 to %(most)s rows.") % {"most": MOST_PER_PAGE}
        )
    return size


def _encode(values: list[Any]) -> str:
    return base64.b64encode(json.dumps(values, default=str).encode()).decode()


def _decode(cursor: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.b64decode(cursor, validate=True))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != length:
        raise Refusal(
            "INVALID_PAGE",
            _("This cursor does not belong to this list. Start again from the first page."),
        )
    return values


def _ordering(query: QuerySet[Any]) -> list[tuple[str, bool]]:
    """(attribute path, descending) of the ordering, closed by the key so that it is total."""
    names = list(query.query.order_by or query.model._meta.ordering or ())
    keys = {"pk", "-pk", query.model._meta.pk.name, f"-{query.model._meta.pk.name}"}
    if not keys & set(names):
        names.append("pk")
    return [(name.lstrip("-"), name.startswith("-")) for name in names]


def _read(row: Any, path: str) -> Any:
    for step in path.split("__"):
        row = getattr(row, step)
    return row


def _beyond(ordering: list[tuple[str, bool]], values: list[Any], *, backwards: bool) -> Q:
    """Rows strictly after ``values`` in the ordering (before them where ``backwards``)."""
    beyond, equal = Q(), Q()
    for (path, descending), value in zip(ordering, values, strict=True):
        comparison = "lt" if descending != backwards else "gt"
        beyond |= equal & Q(**{f"{path}__{comparison}": value})
        equal &= Q(**{path: value})
    # Says nothing new, but is what lets PostgreSQL start in the index where the page starts.
    first, descending = ordering[0]
    bound = "lte" if descending != backwards else "gte"
    return Q(**{f"{first}__{bound}": values[0]}) & beyond


def _query_page(
    query: QuerySet[Any], size: int, from_end: bool, after: str | None, before: str | None
) -> Page:
    ordering = _ordering(query)
    asked = query
    try:
        if after:
            query = query.filter(_beyond(ordering, _decode(after, len(ordering)), backwards=False))
        if before:
            query = query.filter(_beyond(ordering, _decode(before, len(ordering)), backwards=True))
        query = query.order_by(*(f"-{p}" if d != from_end else p for p, d in ordering))
        rows = list(query[: size + 1])
    except (ValidationError, ValueError, TypeError, OverflowError):
        raise Refusal(
            "INVALID_PAGE",
            _("This cursor does not belong to this list. Start again from the first page."),
        ) from None
    more = len(rows) > size
    rows = rows[:size]
    if from_end:
        rows.reverse()
    edges = [Edge(row, _encode([_read(row, path) for path, _ in ordering])) for row in rows]
    return _page(edges, asked, more, from_end, after, before)


def _list_page(
    rows: Sequence[Any], size: int, from_end: bool, after: str | None, before: str | None
) -> Page:
    start = int(_decode(after, 1)[0]) + 1 if after else 0
    end = int(_decode(before, 1)[0]) if before else len(rows)
    chosen = range(max(start, 0), min(end, len(rows)))
    more = len(chosen) > size
    chosen = chosen[-size:] if from_end else chosen[:size]
    return _page([Edge(rows[i], _encode([i])) for i in chosen], rows, more, from_end, after, before)


def _page(
    edges: list[Edge],
    iterable: Any,
    more: bool,
    from_end: bool,
    after: str | None,
    before: str | None,
) -> Page:
    return Page(
        edges=edges,
        page_info=PageInfo(
            has_next_page=bool(before) if from_end else more,
            has_previous_page=more if from_end else bool(after),
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        iterable=iterable,
    )
