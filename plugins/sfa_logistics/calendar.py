"""When people are there: weekly slots turned into stretches of real time.

Numbers are minutes since the epoch, which sums and comparisons are quick and exact on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from plugins.sfa_logistics.roster import (
    AgeBand,
    Slot,
    TraineeFacts,
    TutorFacts,
    age_on,
    monday_of,
)

# Starts are whole five minutes: nobody plans to be somewhere at 9:03.
GRID_MINUTES = 5


class Stretch(NamedTuple):
    """From ``begins`` to ``ends``, all within one week."""

    begins: int
    ends: int
    week: date


def minute_of(instant: datetime) -> int:
    """The minute that an instant lies in, seconds cut off."""
    return int(instant.timestamp() // 60)


def instant_of(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, tz=UTC)


def on_grid(minute: int) -> int:
    """The first whole five minutes at or after ``minute``."""
    return -(-minute // GRID_MINUTES) * GRID_MINUTES


def days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def days_in_project(
    trainee: TraineeFacts, horizon: tuple[date, date], bands: Iterable[AgeBand]
) -> list[date]:
    """Days on which a trainee's project is in force and their age is allowed."""
    bands = tuple(bands)
    return [
        day
        for day in days(*horizon)
        if trainee.project_since <= day
        and (trainee.project_until is None or day <= trainee.project_until)
        and any(
            band.covers(day) and band.from_age <= age_on(trainee.born_on, day) <= band.to_age
            for band in bands
        )
    ]


def days_in_service(tutor: TutorFacts, horizon: tuple[date, date]) -> list[date]:
    """Days on which a tutor belongs to the service."""
    return [
        day
        for day in days(*horizon)
        if tutor.since <= day and (tutor.until is None or day <= tutor.until)
    ]


def stretches(allowed: Iterable[date], slots: tuple[Slot, ...], zone: ZoneInfo) -> list[Stretch]:
    """The slots of the allowed days, in order; those that touch or overlap become one."""
    found: list[Stretch] = []
    for day in allowed:
        for slot in sorted(slots, key=lambda slot: (slot.starts, slot.ends)):
            if slot.weekday != day.weekday():
                continue
            begins = minute_of(datetime.combine(day, slot.starts, tzinfo=zone))
            ends = minute_of(datetime.combine(day, slot.ends, tzinfo=zone))
            if found and begins <= found[-1].ends and found[-1].week == monday_of(day):
                found[-1] = found[-1]._replace(ends=max(ends, found[-1].ends))
            else:
                found.append(Stretch(begins, ends, monday_of(day)))
    return found
