"""Rows of a table that only grows, by time and in batches of a constant size.

Keys of such a table grow with time, so the first row of a window is found by halving the keys:
some twenty look-ups by primary key, and no index on the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Max, QuerySet

BATCH = 500
# A key is drawn a little before its row's time or its commit, and two writers overtake each other.
SLACK = timedelta(hours=1)

T = TypeVar("T")


def batches(rows: QuerySet[Any], *, size: int = BATCH) -> Iterator[list[Any]]:
    """The rows in the order of their keys, ``size`` at a time; each batch is a query of its own."""
    last: Any = None
    while True:
        rest = rows.order_by("pk") if last is None else rows.order_by("pk").filter(pk__gt=last)
        batch = list(rest[:size])
        if batch:
            yield batch
        if len(batch) < size:
            return
        last = batch[-1].pk


def in_time(
    rows: QuerySet[Any], moment: str, since: datetime, until: datetime, *, size: int = BATCH
) -> Iterator[list[Any]]:
    """Batches of the rows whose time ``moment`` is from ``since`` up to, and without, ``until``."""
    first = first_key(rows.model._default_manager.all(), moment, since - SLACK)
    window = {f"{moment}__gte": since, f"{moment}__lt": until}
    yield from batches(rows.filter(pk__gte=first, **window), size=size)


def first_key(rows: QuerySet[Any], moment: str, since: datetime) -> int:
    """The key of the first row at ``since`` or later; one past the last key where none is."""
    low, high = 0, (rows.aggregate(last=Max("pk"))["last"] or 0) + 1
    while low < high:
        middle = (low + high) // 2
        found = rows.filter(pk__gte=middle).order_by("pk").values_list("pk", moment).first()
        if found is None or found[1] >= since:
            high = middle
        else:
            low = found[0] + 1
    return low


def sliced(values: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Any values, ``size`` at a time."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch
