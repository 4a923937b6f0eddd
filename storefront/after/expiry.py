"""When credit expires: months ahead, drawn, and as dates for one's own calendar."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from storefront.api import ask
from storefront.money import cents, locale, money, today
from storefront.sessions import signed_in

MOST_MONTHS = 12
FEWEST_MONTHS = 6
SOON_DAYS, NEAR_DAYS = 7, 30
# A month is drawn as dots, a row a week from Monday on, in a grid of so many units a day.
UNIT = 12


@dataclass(frozen=True, slots=True)
class Expiry:
    """Credit of one wallet that can be spent up to a day."""

    day: date
    euro: float
    wallet: str
    wallet_id: str
    days_left: int

    @property
    def tone(self) -> str:
        if self.days_left <= SOON_DAYS:
            return "bad"
        return "warning" if self.days_left <= NEAR_DAYS else "good"


@dataclass(slots=True)
class Dot:
    """A day of a drawn month: where it lies, and how it looks."""

    x: int
    y: int
    day: date
    tone: str = ""
    is_past: bool = False


@dataclass(slots=True)
class Month:
    """A month of the calendar."""

    first: date
    name: str
    dots: list[Dot]
    height: int
    expiries: list[Expiry] = field(default_factory=list)

    @property
    def euro(self) -> float:
        return sum(one.euro for one in self.expiries)


@require_GET
@signed_in
def calendar(request: HttpRequest) -> HttpResponse:
    expiries = read(request)
    told = {
        "expiries": expiries,
        "months": list(months(expiries, today())),
        "total": sum(one.euro for one in expiries),
        "soon": [one for one in expiries if one.days_left <= NEAR_DAYS],
    }
    return render(request, "after/expiry.html", told)


def read(request: HttpRequest) -> list[Expiry]:
    """What expires when: lots of one wallet and one day together, soonest first."""
    now, found = today(), []
    for wallet in ask(request, "after/wallets")["myWallets"]:
        of_day: dict[date, int] = {}
        for lot in wallet["lots"]:
            day = date.fromisoformat(lot["expiresOn"])
            of_day[day] = of_day.get(day, 0) + cents(lot["amount"])
        name = wallet["planName"] or _("Solidarity Fund")
        found += [
            Expiry(day, sum_cents / 100, name, wallet["id"], (day - now).days)
            for day, sum_cents in of_day.items()
        ]
    return sorted(found, key=lambda one: (one.day, one.wallet))


def months(expiries: list[Expiry], now: date) -> Iterator[Month]:
    """From this month to that of the last expiry; at least half a year, at most a whole one."""
    last = max((one.day for one in expiries), default=now)
    count = (last.year - now.year) * 12 + last.month - now.month + 1
    first = now.replace(day=1)
    for _number in range(min(max(count, FEWEST_MONTHS), MOST_MONTHS)):
        yield _month(first, now, [one for one in expiries if _same_month(one.day, first)])
        first = (first + timedelta(days=31)).replace(day=1)


def _same_month(day: date, first: date) -> bool:
    return (day.year, day.month) == (first.year, first.month)


def _month(first: date, now: date, expiries: list[Expiry]) -> Month:
    # Two wallets on one day: the more urgent tone, which is the same.
    tones = {one.day: one.tone for one in expiries}
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    dots = [
        Dot(
            x=weekday * UNIT + UNIT // 2,
            y=week * UNIT + UNIT // 2,
            day=day,
            tone=tones.get(day, ""),
            is_past=day < now,
        )
        for week, days in enumerate(weeks)
        for weekday, day in enumerate(days)
        if _same_month(day, first)
    ]
    return Month(
        first=first,
        name=format_date(first, "LLL y", locale=locale()),
        dots=dots,
        height=6 * UNIT,
        expiries=expiries,
    )


@require_GET
@signed_in
def dates(request: HttpRequest) -> HttpResponse:
    """An iCalendar file (RFC 5545): a whole-day entry per expiry, with an alarm a week before."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//WELFAREPIU//credit expiry//IT"]
    for expiry in read(request):
        lines += _event(request, expiry)
    lines.append("END:VCALENDAR")
    text = "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    name = _("credit-expiry")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


def _event(request: HttpRequest, expiry: Expiry) -> list[str]:
    told: Mapping[str, Any] = {"sum": money(expiry.euro), "wallet": expiry.wallet}
    # Not inside of what is put together: from there Python 3.12 tells no reader of catalogues.
    summary = _("Last day for %(sum)s of welfare credit") % told
    alarm = _("Welfare credit expires in a week")
    return [
        "BEGIN:VEVENT",
        # The same day of the same wallet is the same entry, also when it is loaded again.
        f"UID:{expiry.wallet_id.rstrip('=')}-{expiry.day:%Y%m%d}@welfarepiu",
        f"DTSTAMP:{datetime.now(ZoneInfo('UTC')):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{expiry.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{expiry.day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(summary)}",
        f"DESCRIPTION:{_escaped(told['wallet'])}",
        f"URL:{request.build_absolute_uri('/negozio/')}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-P7D",
        f"DESCRIPTION:{_escaped(alarm)}",
        "END:VALARM",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 bytes, none of which splits a character."""
    piece, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > 75:
            yield piece
            piece, size = " ", 1
        piece, size = piece + character, size + width
    yield piece
