"""Pages of a list by cursors: what to ask the API for, and where the pages before and after are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

LONGEST_CURSOR = 300


def window(request: HttpRequest, size: int) -> dict[str, Any]:
    """The arguments of a connection for this request's page: ``?dopo=`` or ``?prima=`` a cursor."""
    before, after = (request.GET.get(name, "")[:LONGEST_CURSOR] for name in ("prima", "dopo"))
    if before:
        return {"last": size, "before": before}
    return {"first": size, **({"after": after} if after else {})}


def ends(request: HttpRequest, page_info: Mapping[str, Any]) -> dict[str, str]:
    """The queries of the pages before and after this one, empty at an end of the list."""
    previous = following = ""
    if page_info["hasPreviousPage"] and page_info["startCursor"]:
        previous = _query(request, prima=page_info["startCursor"])
    if page_info["hasNextPage"] and page_info["endCursor"]:
        following = _query(request, dopo=page_info["endCursor"])
    return {"previous": previous, "following": following}


def nodes(connection: Mapping[str, Any]) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


def _query(request: HttpRequest, **cursor: str) -> str:
    values = request.GET.copy()
    for name in ("prima", "dopo"):
        values.pop(name, None)
    values.update(cursor)
    return f"?{values.urlencode()}"
