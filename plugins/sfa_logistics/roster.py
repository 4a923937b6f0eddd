"""What a plan is made from, as plain values: no database, so that it can be checked and shuffled.

Instants are aware datetimes; ``minutes`` are minutes; days and weeks are those of the wall clock in
``Roster.zone``. A week begins on Monday.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Slot:
    """Hours of a weekday (0 is Monday) in which somebody is there every week."""

    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class AgeBand:
    """From which to which age, in completed years, in force from one day to another."""

    from_age: int
    to_age: int
    valid_from: date
    valid_until: date | None = None

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class TraineeFacts:
    id: int
    born_on: date
    project_since: date
    project_until: date | None
    weekly_minutes: int
    abilities: frozenset[str] = frozenset()
    limits: frozenset[str] = frozenset()
    slots: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class TutorFacts:
    id: int
    trainees_at_once: int
    since: date
    until: date | None
    slots: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """``conflicts`` are limits that forbid it; ``without`` are trainees it was taken from."""

    id: int
    minutes: int
    opens_at: datetime
    closes_at: datetime
    abilities: frozenset[str] = frozenset()
    conflicts: frozenset[str] = frozenset()
    without: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Booking:
    """A task done by a trainee with a tutor there, on one of the tutor's seats (1, 2, ...)."""

    task_id: int
    trainee_id: int
    tutor_id: int
    seat: int
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Roster:
    """One service's people, its open tasks, and what is already booked."""

    trainees: tuple[TraineeFacts, ...]
    tutors: tuple[TutorFacts, ...]
    tasks: tuple[TaskFacts, ...]
    age_bands: tuple[AgeBand, ...]
    booked: tuple[Booking, ...] = ()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Rome"))

    def with_booked(self, booked: Iterable[Booking]) -> Roster:
        """The same people and tasks, with other bookings."""
        return replace(self, booked=tuple(booked))


def age_on(born_on: date, day: date) -> int:
    """Completed years of age. Who is born on 29 February turns a year older on 1 March."""
    before_birthday = (day.month, day.day) < (born_on.month, born_on.day)
    return day.year - born_on.year - before_birthday


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
