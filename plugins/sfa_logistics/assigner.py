"""Who does which task when: hard limits kept always, as many tasks as can be, the same every time.

Tasks are placed one by one, those with the fewest trainees first, each at its earliest time. A task
that finds no place may push out one that this run placed, if that one finds another place, and so
on for a few steps (augmentation, as in bipartite matching). Where something is left out, two other
queues are tried, and the plan with most tasks counts.

Why no solver: a service has a dozen trainees and tens of open tasks, and such a plan is made in
milliseconds; CP-SAT would bring a wheel of tens of megabytes and a time limit on which the result
depends, and could say that a task has no place but not why, which is what a coordinator needs.
``tests/sfa_logistics/test_assigner.py`` measures what is lost against trying every plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from plugins.sfa_logistics.calendar import (
    Stretch,
    days_in_project,
    days_in_service,
    instant_of,
    minute_of,
    on_grid,
    stretches,
)
from plugins.sfa_logistics.reasons import Reason
from plugins.sfa_logistics.roster import (
    Booking,
    Roster,
    TaskFacts,
    TraineeFacts,
    TutorFacts,
    monday_of,
)

# Bounds, so that a run in which much has no place ends in a second or two.
PUSHES_PER_TASK = 100
PUSHES_PER_PLAN = 1_500
PUSH_DEPTH = 3

Busy = list[tuple[int, int]]
Order = Callable[[TaskFacts, int], tuple[float, ...]]

# Ways to queue tasks, by themselves and by how many trainees may do them. The first does best; the
# others are tried where it leaves something out, and the plan with most tasks counts.
ORDERS: tuple[Order, ...] = (
    lambda task, able: (able, task.closes_at.timestamp(), task.minutes),
    lambda task, able: (able, task.closes_at.timestamp(), -task.minutes),
    lambda task, able: (task.minutes, able, task.closes_at.timestamp()),
)
MAY_DEPEND_ON_ORDER = {Reason.WEEKLY_HOURS_REACHED, Reason.TRAINEES_BUSY, Reason.NO_TUTOR_FREE}


@dataclass(frozen=True, slots=True)
class Plan:
    """What was found: new bookings, and for each task left out the reason."""

    bookings: tuple[Booking, ...]
    unassigned: tuple[tuple[int, Reason], ...]


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """Where a task could go; the smallest is the best."""

    begins: int
    asked_for: int
    used: int
    trainee_id: int
    tutor_id: int
    seat: int
    ends: int
    week: date


def assign(roster: Roster, *, now: datetime) -> Plan:
    """Plan the roster's tasks from ``now`` on; what is booked stays as it is."""
    best = _Planner(roster, now).plan(ORDERS[0])
    for order in ORDERS[1:]:
        if not any(reason in MAY_DEPEND_ON_ORDER for _, reason in best.unassigned):
            break
        plan = _Planner(roster, now).plan(order)
        if len(plan.bookings) > len(best.bookings):
            best = plan
    return best


class _Planner:
    def __init__(self, roster: Roster, now: datetime) -> None:
        self.roster = roster
        self.begin = on_grid(minute_of(now) + (now.second > 0 or now.microsecond > 0))
        horizon = self._horizon(now)
        self.in_project = {
            trainee.id: days_in_project(trainee, horizon, roster.age_bands)
            for trainee in roster.trainees
        }
        self.trainee_there = {
            trainee.id: stretches(self.in_project[trainee.id], trainee.slots, roster.zone)
            for trainee in roster.trainees
        }
        self.tutor_there = {
            tutor.id: stretches(days_in_service(tutor, horizon), tutor.slots, roster.zone)
            for tutor in roster.tutors
        }
        self.able = {
            task.id: [t for t in roster.trainees if _may(t, task)] for task in roster.tasks
        }
        # How many tasks could use each trainee: whoever is asked for least is taken first.
        self.asked_for: dict[int, int] = defaultdict(int)
        for able in self.able.values():
            for trainee in able:
                self.asked_for[trainee.id] += 1
        self.books = _Books(roster)
        self.tasks = {task.id: task for task in roster.tasks}
        self.placed: dict[int, _Place] = {}
        self.pushes = PUSHES_PER_PLAN

    def plan(self, order: Order) -> Plan:
        def key(task: TaskFacts) -> tuple[float, ...]:
            return (*order(task, len(self.able[task.id])), task.id)

        tasks = sorted(self.roster.tasks, key=key)
        for task in tasks:
            if not self._place(task):
                self._push_for(task)
        return Plan(
            tuple(self._booking(task_id, self.placed[task_id]) for task_id in sorted(self.placed)),
            tuple(
                (task.id, self._why(task))
                for task in sorted(tasks, key=lambda t: t.id)
                if task.id not in self.placed
            ),
        )

    def _horizon(self, now: datetime) -> tuple[date, date]:
        zone = self.roster.zone
        today = now.astimezone(zone).date()
        last = max((t.closes_at.astimezone(zone).date() for t in self.roster.tasks), default=today)
        return today, max(today, last)

    def _window(self, task: TaskFacts) -> tuple[int, int]:
        """First possible start and last possible end; ``closes_at`` is cut to its minute."""
        opens = minute_of(task.opens_at)
        late = task.opens_at.second > 0 or task.opens_at.microsecond > 0
        return max(self.begin, on_grid(opens + late)), minute_of(task.closes_at)

    # Placing

    def _place(self, task: TaskFacts) -> bool:
        best = min(self._places(task), default=None)
        if best is None:
            return False
        self._book(task, best)
        return True

    def _book(self, task: TaskFacts, place: _Place) -> None:
        self.books.add(place)
        self.placed[task.id] = place

    def _unbook(self, task: TaskFacts) -> _Place:
        place = self.placed.pop(task.id)
        self.books.remove(place)
        return place

    def _places(self, task: TaskFacts) -> Iterator[_Place]:
        """The earliest place with each trainee who may do the task."""
        for trainee in self.able[task.id]:
            for gap in self._trainee_gaps(task, trainee):
                found = min(self._with_tutors(task, trainee, gap), default=None)
                if found is not None:
                    yield found
                    break

    def _trainee_gaps(self, task: TaskFacts, trainee: TraineeFacts) -> Iterator[Stretch]:
        for there in self._there(task, trainee):
            if self.books.used(trainee.id, there.week) + task.minutes <= trainee.weekly_minutes:
                yield from _gaps(there, self.books.of_trainee(trainee.id), task.minutes)

    def _there(self, task: TaskFacts, trainee: TraineeFacts) -> Iterator[Stretch]:
        return _clipped(self.trainee_there[trainee.id], *self._window(task), task.minutes)

    def _with_tutors(
        self, task: TaskFacts, trainee: TraineeFacts, gap: Stretch
    ) -> Iterator[_Place]:
        used = self.books.used(trainee.id, gap.week)
        for tutor in self.roster.tutors:
            for begins, seat in self._seats(tutor, gap, task.minutes):
                yield _Place(
                    begins=begins,
                    asked_for=self.asked_for[trainee.id],
                    used=used,
                    trainee_id=trainee.id,
                    tutor_id=tutor.id,
                    seat=seat,
                    ends=begins + task.minutes,
                    week=gap.week,
                )

    def _seats(self, tutor: TutorFacts, gap: Stretch, minutes: int) -> Iterator[tuple[int, int]]:
        """(start, seat): the earliest start in the gap on each of the tutor's seats."""
        for there in _clipped(self.tutor_there[tutor.id], gap.begins, gap.ends, minutes):
            for seat in range(1, tutor.trainees_at_once + 1):
                free = next(_gaps(there, self.books.of_seat(tutor.id, seat), minutes), None)
                if free is not None:
                    yield free.begins, seat

    # Pushing out

    def _push_for(self, task: TaskFacts) -> None:
        """Try to make room for a task, within what is left to this plan."""
        pushes = [min(PUSHES_PER_TASK, self.pushes)]
        before = pushes[0]
        self._push(task, PUSH_DEPTH, pushes, {task.id})
        self.pushes -= before - pushes[0]

    def _push(self, task: TaskFacts, depth: int, pushes: list[int], moving: set[int]) -> bool:
        """Place ``task`` where another stands that then finds a place; undone where none does."""
        able = {trainee.id for trainee in self.able[task.id]}
        opens, closes = self._window(task)
        for other_id in sorted(self.placed):
            place = self.placed[other_id]
            takes_a_tutor = place.begins < closes and opens < place.ends
            takes_a_trainee = place.trainee_id in able  # their time, or hours of their week
            if not able or other_id in moving or not (takes_a_tutor or takes_a_trainee):
                continue
            if pushes[0] <= 0:
                return False
            pushes[0] -= 1
            if self._exchange(task, self.tasks[other_id], depth, pushes, moving):
                return True
        return False

    def _exchange(
        self, task: TaskFacts, other: TaskFacts, depth: int, pushes: list[int], moving: set[int]
    ) -> bool:
        before = self._unbook(other)
        if self._place(task):
            if self._place(other):
                return True
            if depth > 1 and self._push(other, depth - 1, pushes, moving | {other.id}):
                return True
            self._unbook(task)
        self._book(other, before)
        return False

    # Results

    def _booking(self, task_id: int, place: _Place) -> Booking:
        return Booking(
            task_id=task_id,
            trainee_id=place.trainee_id,
            tutor_id=place.tutor_id,
            seat=place.seat,
            starts_at=instant_of(place.begins),
            ends_at=instant_of(place.ends),
        )

    def _why(self, task: TaskFacts) -> Reason:
        """The first condition that nobody met; see :class:`Reason` for their order."""
        begins, ends = self._window(task)
        if ends - begins < task.minutes:
            return Reason.DUE_WINDOW_PASSED
        zone = self.roster.zone
        first, last = (instant_of(m).astimezone(zone).date() for m in (begins, ends))
        people = [
            t
            for t in self.roster.trainees
            if any(first <= day <= last for day in self.in_project[t.id])
        ]
        if not people:
            return Reason.NO_TRAINEE_IN_PROJECT
        people = [t for t in people if task.abilities <= t.abilities]
        if not people:
            return Reason.NO_TRAINEE_WITH_ABILITY
        people = [t for t in people if not task.conflicts & t.limits]
        if not people:
            return Reason.LIMITS_FORBID
        people = [t for t in people if t.id not in task.without]
        if not people:
            return Reason.NO_OTHER_TRAINEE
        return self._why_of_time(task, people)

    def _why_of_time(self, task: TaskFacts, people: list[TraineeFacts]) -> Reason:
        there = [(t, stretch) for t in people for stretch in self._there(task, t)]
        if not there:
            return Reason.NO_TRAINEE_AVAILABLE
        within_hours = [
            (t, stretch)
            for t, stretch in there
            if self.books.used(t.id, stretch.week) + task.minutes <= t.weekly_minutes
        ]
        if not within_hours:
            return Reason.WEEKLY_HOURS_REACHED
        free = any(
            True
            for t, stretch in within_hours
            for _gap in _gaps(stretch, self.books.of_trainee(t.id), task.minutes)
        )
        return Reason.NO_TUTOR_FREE if free else Reason.TRAINEES_BUSY


class _Books:
    """Who is busy when, and how much of each week is used."""

    def __init__(self, roster: Roster) -> None:
        self._trainees: dict[int, Busy] = defaultdict(list)
        self._seats: dict[tuple[int, int], Busy] = defaultdict(list)
        self._used: dict[tuple[int, date], int] = defaultdict(int)
        for booking in roster.booked:
            begins = minute_of(booking.starts_at)
            ends = begins + booking.minutes
            week = monday_of(booking.starts_at.astimezone(roster.zone).date())
            self._enter(booking.trainee_id, booking.tutor_id, booking.seat, begins, ends, week)

    def add(self, place: _Place) -> None:
        self._enter(
            place.trainee_id, place.tutor_id, place.seat, place.begins, place.ends, place.week
        )

    def remove(self, place: _Place) -> None:
        self._trainees[place.trainee_id].remove((place.begins, place.ends))
        self._seats[place.tutor_id, place.seat].remove((place.begins, place.ends))
        self._used[place.trainee_id, place.week] -= place.ends - place.begins

    def used(self, trainee_id: int, week: date) -> int:
        """Minutes already taken of a trainee's week."""
        return self._used[trainee_id, week]

    def of_trainee(self, trainee_id: int) -> Busy:
        return self._trainees[trainee_id]

    def of_seat(self, tutor_id: int, seat: int) -> Busy:
        return self._seats[tutor_id, seat]

    def _enter(
        self, trainee_id: int, tutor_id: int, seat: int, begins: int, ends: int, week: date
    ) -> None:
        for busy in (self._trainees[trainee_id], self._seats[tutor_id, seat]):
            busy.append((begins, ends))
            busy.sort()
        self._used[trainee_id, week] += ends - begins


def _may(trainee: TraineeFacts, task: TaskFacts) -> bool:
    return (
        task.abilities <= trainee.abilities
        and not task.conflicts & trainee.limits
        and trainee.id not in task.without
    )


def _clipped(there: list[Stretch], opens: int, closes: int, minutes: int) -> Iterator[Stretch]:
    """Stretches within [opens, closes] that last ``minutes`` from a start on the grid."""
    for stretch in there:
        begins = on_grid(max(stretch.begins, opens))
        ends = min(stretch.ends, closes)
        if ends - begins >= minutes:
            yield Stretch(begins, ends, stretch.week)


def _gaps(stretch: Stretch, busy: Busy, minutes: int) -> Iterator[Stretch]:
    """What is free of a stretch, in pieces of at least ``minutes`` from a start on the grid."""
    begins = stretch.begins
    for taken_from, taken_to in busy:
        if taken_to <= begins or taken_from >= stretch.ends:
            continue
        if taken_from - begins >= minutes:
            yield Stretch(begins, taken_from, stretch.week)
        begins = max(begins, on_grid(taken_to))
    if stretch.ends - begins >= minutes:
        yield Stretch(begins, stretch.ends, stretch.week)
