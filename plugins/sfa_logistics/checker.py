"""Is a plan allowed? Each hard limit, one at a time, straight from its definition.

Shares no code with the assigner, on purpose: it is what the assigner is tested against, and what
finds the bookings that a change (an illness, fewer hours) has made impossible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from plugins.sfa_logistics.roster import Booking, Roster, Slot, TaskFacts, TraineeFacts, TutorFacts


@dataclass(frozen=True, slots=True)
class Violation:
    """A limit that a booking breaks."""

    code: str
    task_id: int


def violations(roster: Roster, bookings: Iterable[Booking]) -> list[Violation]:
    """Every hard limit that ``bookings`` break, the roster's own ``booked`` counted with them.

    Of bookings that are too many together (hours of a week, one place, a tutor's number), each
    one is named. A booking of ``roster.booked`` is not named itself.
    """
    bookings = list(bookings)
    everything = [*roster.booked, *bookings]
    tasks = {task.id: task for task in roster.tasks}
    trainees = {trainee.id: trainee for trainee in roster.trainees}
    tutors = {tutor.id: tutor for tutor in roster.tutors}
    found: list[Violation] = []
    for booking in bookings:
        task = tasks[booking.task_id]
        trainee = trainees.get(booking.trainee_id)
        tutor = tutors.get(booking.tutor_id)
        if trainee is None or tutor is None:
            found.append(Violation("NOT_OF_THIS_SERVICE", booking.task_id))
            continue
        codes = [
            *_of_task(task, booking),
            *_of_trainee(roster, task, trainee, booking, everything),
            *_of_tutor(roster, tutor, booking, everything),
        ]
        found += [Violation(code, booking.task_id) for code in codes]
    return found


def _of_task(task: TaskFacts, booking: Booking) -> Iterable[str]:
    if booking.ends_at - booking.starts_at != timedelta(minutes=task.minutes):
        yield "NOT_AS_LONG_AS_THE_TASK"
    if booking.starts_at < task.opens_at or booking.ends_at > task.closes_at:
        yield "OUTSIDE_DUE_WINDOW"


def _of_trainee(
    roster: Roster,
    task: TaskFacts,
    trainee: TraineeFacts,
    booking: Booking,
    everything: list[Booking],
) -> Iterable[str]:
    if not task.abilities.issubset(trainee.abilities):
        yield "ABILITY_MISSING"
    if not task.conflicts.isdisjoint(trainee.limits):
        yield "LIMIT_FORBIDS"
    if trainee.id in task.without:
        yield "TAKEN_FROM_THIS_TRAINEE"
    yield from _of_project(roster, trainee, booking)
    if not _within_slots(roster, trainee.slots, booking):
        yield "TRAINEE_NOT_THERE"
    own = [b for b in everything if b.trainee_id == trainee.id]
    if any(b is not booking and _overlap(b, booking) for b in own):
        yield "TRAINEE_IN_TWO_PLACES"
    minutes: dict[tuple[int, int], int] = defaultdict(int)
    for b in own:
        minutes[_week(roster, b)] += b.minutes
    if minutes[_week(roster, booking)] > trainee.weekly_minutes:
        yield "WEEKLY_HOURS_EXCEEDED"


def _of_project(roster: Roster, trainee: TraineeFacts, booking: Booking) -> Iterable[str]:
    day = booking.starts_at.astimezone(roster.zone).date()
    if day < trainee.project_since or (trainee.project_until and day > trainee.project_until):
        yield "OUTSIDE_PROJECT"
    bands = [
        band
        for band in roster.age_bands
        if band.valid_from <= day and (band.valid_until is None or day <= band.valid_until)
    ]
    birthdays = sum(
        1
        for year in range(trainee.born_on.year + 1, day.year + 1)
        if (year, trainee.born_on.month, trainee.born_on.day) <= (day.year, day.month, day.day)
    )
    if not any(band.from_age <= birthdays <= band.to_age for band in bands):
        yield "AGE_NOT_ALLOWED"


def _of_tutor(
    roster: Roster, tutor: TutorFacts, booking: Booking, everything: list[Booking]
) -> Iterable[str]:
    day = booking.starts_at.astimezone(roster.zone).date()
    if day < tutor.since or (tutor.until and day > tutor.until):
        yield "TUTOR_NOT_IN_SERVICE"
    if not _within_slots(roster, tutor.slots, booking):
        yield "TUTOR_NOT_THERE"
    if not 1 <= booking.seat <= tutor.trainees_at_once:
        yield "TUTOR_HAS_NO_SUCH_SEAT"
    own = [b for b in everything if b.tutor_id == tutor.id]
    # The most at once is reached at the start of some booking.
    starts = [b.starts_at for b in own if _overlap(b, booking)]
    instants = [max(start, booking.starts_at) for start in starts]
    if any(_at(own, instant) > tutor.trainees_at_once for instant in instants):
        yield "TUTOR_HAS_TOO_MANY"


def _at(bookings: list[Booking], instant: datetime) -> int:
    return sum(b.starts_at <= instant < b.ends_at for b in bookings)


def _overlap(a: Booking, b: Booking) -> bool:
    return a.starts_at < b.ends_at and b.starts_at < a.ends_at


def _week(roster: Roster, booking: Booking) -> tuple[int, int]:
    year, week, _weekday = booking.starts_at.astimezone(roster.zone).isocalendar()
    return year, week


def _within_slots(roster: Roster, slots: tuple[Slot, ...], booking: Booking) -> bool:
    """Each minute of the booking lies in some slot, by the clock on the wall."""
    instant = booking.starts_at
    while instant < booking.ends_at:
        wall = instant.astimezone(roster.zone)
        if not any(
            slot.weekday == wall.weekday() and slot.starts <= wall.time() < slot.ends
            for slot in slots
        ):
            return False
        instant += timedelta(minutes=1)
    return True
