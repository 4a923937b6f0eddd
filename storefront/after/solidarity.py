"""Solidarity: what one's own orders gave to the Fund, and what the Fund did, in totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from storefront.api import ask
from storefront.money import cents, locale, today

MONTHS = 12
# The height of the highest bar, in the drawing's own units.
HEIGHT = 120


@dataclass(frozen=True, slots=True)
class Column:
    """A month's bar: how high it is, and what it says."""

    y: int
    height: int
    name: str
    long_name: str
    orders: int
    euro: float


@require_GET
def solidarity(request: HttpRequest) -> HttpResponse:
    """The Fund's totals for everybody; what one's own orders gave for whoever is signed in."""
    if request.person is None:
        return render(request, "after/solidarity.html", ask(request, "after/fund"))
    found = ask(request, "after/giving")
    given = found["myFundGiving"]
    told = {
        **found,
        "columns": list(columns(given["months"], today())),
        "height": HEIGHT,
        "sources": _sources(given["months"]),
    }
    return render(request, "after/solidarity.html", told)


def columns(given: list[Mapping[str, Any]], now: date) -> Iterator[Column]:
    """The last twelve months, those without orders too, oldest first."""
    of_month = {date.fromisoformat(one["month"]): one for one in given}
    first = now.replace(day=1)
    wanted = [first]
    for _month in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
        wanted.insert(0, first)
    most = max((cents(of_month[day]["total"]) for day in wanted if day in of_month), default=0)
    for day in wanted:
        one = of_month.get(day)
        sum_cents = cents(one["total"]) if one else 0
        height = round(sum_cents * HEIGHT / most) if most > 0 else 0
        # What is there is seen, however little it is beside the rest.
        height = max(height, 3) if sum_cents > 0 else 0
        yield Column(
            y=HEIGHT - height,
            height=height,
            name=format_date(day, "LLL", locale=locale()),
            long_name=format_date(day, "LLLL y", locale=locale()),
            orders=one["orders"] if one else 0,
            euro=sum_cents / 100,
        )


def _sources(months: list[Mapping[str, Any]]) -> dict[str, float]:
    """Whose money it was, in euro."""
    return {
        name: sum(cents(one[source]) for one in months) / 100
        for name, source in (
            ("provider", "fromProvider"),
            ("company", "fromCompany"),
            ("employee", "fromEmployee"),
        )
    }
