"""The assigner against the checker, which shares no code with it, on instances made at random."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from random import Random
from time import monotonic
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from plugins.sfa_logistics import assigner
from plugins.sfa_logistics.assigner import assign
from plugins.sfa_logistics.calendar import Stretch, days
from plugins.sfa_logistics.checker import violations
from plugins.sfa_logistics.reasons import Reason
from plugins.sfa_logistics.roster import (
    AgeBand,
    Booking,
    Roster,
    Slot,
    TaskFacts,
    TraineeFacts,
    TutorFacts,
    age_on,
)

ROME = ZoneInfo("Europe/Rome")
# A Thursday; on Sunday 25 October 2026 clocks go back, within every window below.
NOW = datetime(2026, 10, 22, 7, 2, 30, tzinfo=UTC)
YESTERDAY = date(2026, 10, 21)
BANDS = (AgeBand(16, 35, date(2008, 6, 13)),)
CODES = ("a", "b", "c")

# Nobody works in the hours in which clocks change.
times = st.integers(6 * 12, 22 * 12).map(lambda step: time(step // 12, step % 12 * 5))
slots = (
    st.tuples(st.integers(0, 6), times, times)
    .map(lambda s: Slot(s[0], min(s[1:]), max(s[1:])))
    .filter(lambda s: s.starts < s.ends)
)
codes = st.frozensets(st.sampled_from(CODES), max_size=3)
# Most people are there most of the time, so that tasks find them and each other in the way.
all_day = tuple(Slot(day, time(8), time(18)) for day in range(7))
hours = st.just(all_day) | st.lists(slots, max_size=6).map(tuple)
near_days = st.dates(date(2026, 10, 18), date(2026, 11, 5))
maybe_day = st.none() | st.none() | near_days
# Birthdays that come within the window, at both ends of the ages allowed, as well as any others.
births = st.dates(date(1992, 1, 1), date(2010, 1, 1)) | st.builds(
    lambda day, years: day.replace(year=day.year - years), near_days, st.sampled_from([16, 36])
)
instants = st.integers(-2 * 24 * 60, 12 * 24 * 60).map(lambda m: NOW + timedelta(minutes=m))


@st.composite
def trainees(draw, number: int) -> TraineeFacts:
    return TraineeFacts(
        id=number,
        born_on=draw(births),
        project_since=draw(st.just(date(2026, 1, 1)) | near_days),
        project_until=draw(maybe_day),
        weekly_minutes=draw(st.integers(10, 300)),
        abilities=draw(codes | st.just(frozenset(CODES))),
        limits=draw(st.just(frozenset()) | codes),
        slots=draw(hours),
    )


@st.composite
def tutors(draw, number: int) -> TutorFacts:
    return TutorFacts(
        id=number,
        trainees_at_once=draw(st.integers(1, 3)),
        since=draw(st.just(date(2026, 1, 1)) | near_days),
        until=draw(maybe_day),
        slots=draw(hours),
    )


@st.composite
def tasks(draw, number: int) -> TaskFacts:
    opens = draw(instants)
    return TaskFacts(
        id=number,
        minutes=draw(st.integers(5, 120)),
        opens_at=opens,
        closes_at=opens + timedelta(minutes=draw(st.integers(1, 7 * 24 * 60) | st.just(48 * 60))),
        abilities=draw(st.just(frozenset()) | st.frozensets(st.sampled_from(CODES), max_size=2)),
        conflicts=draw(st.just(frozenset()) | codes),
        without=draw(st.just(frozenset()) | st.frozensets(st.integers(1, 5), max_size=2)),
    )


@st.composite
def rosters(draw) -> Roster:
    def several(of, most: int) -> tuple:
        return tuple(draw(of(n)) for n in range(1, draw(st.integers(0, most)) + 1))

    return Roster(several(trainees, 5), several(tutors, 3), several(tasks, 10), BANDS)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(roster=rosters())
def test_no_hard_limit_is_ever_broken(roster):
    plan = assign(roster, now=NOW)
    assert violations(roster, plan.bookings) == []
    assert all(b.starts_at >= NOW for b in plan.bookings)
    done = [b.task_id for b in plan.bookings] + [task_id for task_id, _ in plan.unassigned]
    assert sorted(done) == [task.id for task in roster.tasks]


BLUNDERS = {
    "abilities and limits": (assigner, "_may", lambda trainee, task: True),
    "weekly minutes": (assigner._Books, "used", lambda books, trainee_id, week: 0),
    "trainee's other tasks": (assigner._Books, "of_trainee", lambda books, trainee_id: []),
    "tutor's other trainees": (assigner._Books, "of_seat", lambda books, tutor_id, seat: []),
    "project and age": (assigner, "days_in_project", lambda t, horizon, bands: days(*horizon)),
    "tutor's time in service": (assigner, "days_in_service", lambda t, horizon: days(*horizon)),
    "trainee's presence": (
        assigner._Planner,
        "_there",
        lambda planner, task, trainee: [Stretch(*planner._window(task), MONDAY)],
    ),
}
MONDAY = date(2026, 10, 19)


@pytest.mark.parametrize("blunder", BLUNDERS)
def test_the_instances_would_show_a_limit_that_is_forgotten(monkeypatch, blunder):
    """The twin: with any one limit left out of the assigner, the same instances find it."""
    monkeypatch.setattr(*BLUNDERS[blunder])
    find(
        rosters(),
        lambda roster: violations(roster, assign(roster, now=NOW).bookings) != [],
        settings=settings(
            max_examples=2_000, deadline=None, database=None, phases=[Phase.generate]
        ),
        random=Random(1),
    )


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(roster=rosters(), seed=st.integers(0, 9))
def test_the_same_people_and_tasks_give_the_same_plan_in_whatever_order(roster, seed):
    dice = Random(seed)

    def shuffled(rows: tuple) -> tuple:
        return tuple(dice.sample(rows, len(rows)))

    other = replace(
        roster,
        trainees=shuffled(roster.trainees),
        tutors=shuffled(roster.tutors),
        tasks=shuffled(roster.tasks),
    )
    assert assign(other, now=NOW) == assign(roster, now=NOW)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(roster=rosters())
def test_a_second_run_keeps_to_what_the_first_booked(roster):
    half = replace(roster, tasks=roster.tasks[::2])
    first = assign(half, now=NOW).bookings
    rest = replace(roster, tasks=roster.tasks[1::2], booked=first)
    assert violations(rest, assign(rest, now=NOW).bookings) == []


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(roster=rosters())
def test_a_task_left_out_really_has_no_place(roster):
    """Whatever is left out cannot just be added: every trainee, tutor and start is tried."""
    plan = assign(roster, now=NOW)
    left = {task_id for task_id, _ in plan.unassigned}
    booked = replace(roster, booked=plan.bookings)
    for task in roster.tasks:
        if task.id in left:
            assert not any(
                violations(booked, [booking]) == [] for booking in every_place(roster, task)
            ), task


def every_place(roster: Roster, task: TaskFacts):
    """Bookings at the starts that matter: on a grid of half an hour, after now."""
    start = NOW.replace(minute=30, second=0)
    while start + timedelta(minutes=task.minutes) <= task.closes_at:
        if start >= task.opens_at:
            for trainee in roster.trainees:
                for tutor in roster.tutors:
                    yield Booking(
                        task.id,
                        trainee.id,
                        tutor.id,
                        1,
                        start,
                        start + timedelta(minutes=task.minutes),
                    )
        start += timedelta(minutes=30)


# What each reason means, one at a time

EVERY_MORNING = tuple(Slot(day, time(9), time(12)) for day in range(7))


def trainee(number: int = 1, **facts) -> TraineeFacts:
    return TraineeFacts(
        **{
            "id": number,
            "born_on": date(2004, 5, 1),
            "project_since": date(2026, 1, 1),
            "project_until": None,
            "weekly_minutes": 600,
            "abilities": frozenset("ab"),
            "slots": EVERY_MORNING,
            **facts,
        }
    )


def tutor(number: int = 1, **facts) -> TutorFacts:
    return TutorFacts(
        **{
            "id": number,
            "trainees_at_once": 1,
            "since": date(2026, 1, 1),
            "until": None,
            "slots": EVERY_MORNING,
            **facts,
        }
    )


def task(number: int = 1, **facts) -> TaskFacts:
    return TaskFacts(
        **{
            "id": number,
            "minutes": 60,
            "opens_at": NOW,
            "closes_at": NOW + timedelta(days=2),
            "abilities": frozenset("a"),
            **facts,
        }
    )


def plan_of(people, educators, work, **more):
    return assign(Roster(tuple(people), tuple(educators), tuple(work), BANDS, **more), now=NOW)


def test_the_first_free_hour_is_taken():
    (booking,) = plan_of([trainee()], [tutor()], [task()]).bookings
    # 7:02:30 UTC is 9:02:30 in Rome; starts are whole five minutes.
    assert booking.starts_at.astimezone(ROME) == datetime(2026, 10, 22, 9, 5, tzinfo=ROME)
    assert booking.minutes == 60


BUSY_TRAINEE = tuple(
    Booking(100 + n, 1, 9, 1, begins, begins + timedelta(hours=3))
    for n, begins in enumerate(
        datetime(2026, 10, day, 9, tzinfo=ROME).astimezone(UTC) for day in (22, 23, 24)
    )
)


@pytest.mark.parametrize(
    ("reason", "people", "educators", "work", "booked"),
    [
        (Reason.DUE_WINDOW_PASSED, trainee(), tutor(), task(closes_at=NOW), ()),
        (
            Reason.NO_TRAINEE_IN_PROJECT,
            trainee(project_until=date(2026, 10, 21)),
            tutor(),
            task(),
            (),
        ),
        (Reason.NO_TRAINEE_IN_PROJECT, trainee(born_on=date(1990, 10, 22)), tutor(), task(), ()),
        (Reason.NO_TRAINEE_IN_PROJECT, trainee(born_on=date(2010, 10, 25)), tutor(), task(), ()),
        (Reason.NO_TRAINEE_WITH_ABILITY, trainee(abilities=frozenset("b")), tutor(), task(), ()),
        (
            Reason.LIMITS_FORBID,
            trainee(limits=frozenset("x")),
            tutor(),
            task(conflicts=frozenset("xy")),
            (),
        ),
        (Reason.NO_OTHER_TRAINEE, trainee(), tutor(), task(without=frozenset({1})), ()),
        (Reason.NO_TRAINEE_AVAILABLE, trainee(slots=()), tutor(), task(), ()),
        (Reason.NO_TRAINEE_AVAILABLE, trainee(), tutor(), task(minutes=181), ()),
        (Reason.WEEKLY_HOURS_REACHED, trainee(weekly_minutes=59), tutor(), task(), ()),
        (Reason.TRAINEES_BUSY, trainee(weekly_minutes=900), tutor(), task(), BUSY_TRAINEE),
        (Reason.NO_TUTOR_FREE, trainee(), tutor(slots=()), task(), ()),
        (Reason.NO_TUTOR_FREE, trainee(), tutor(until=YESTERDAY), task(), ()),
    ],
)
def test_each_reason(reason, people, educators, work, booked):
    plan = plan_of([people], [educators], [work], booked=booked)
    assert plan.bookings == ()
    assert plan.unassigned == ((1, reason),)


def test_a_tutor_never_has_more_trainees_than_allowed():
    people = [trainee(n) for n in range(1, 5)]
    one_hour = [task(n, closes_at=datetime(2026, 10, 22, 10, 5, tzinfo=ROME)) for n in range(1, 5)]
    plan = plan_of(people, [tutor(trainees_at_once=3)], one_hour)
    assert sorted(b.seat for b in plan.bookings) == [1, 2, 3]
    assert [reason for _, reason in plan.unassigned] == [Reason.NO_TUTOR_FREE]


def best_possible(roster: Roster) -> int:
    """The most tasks that any order of placing them one by one would place."""
    most = 0
    for order in permutations(roster.tasks):
        booked: tuple[Booking, ...] = ()
        for one in order:
            alone = replace(roster, tasks=(one,), booked=booked)
            booked += assign(alone, now=NOW).bookings
        most = max(most, len(booked))
    return most


def tight_roster(dice: Random) -> Roster:
    """Three trainees and five tasks that hardly fit: what is placed first decides."""
    people = tuple(
        trainee(
            n, abilities=frozenset(dice.sample("abc", 2)), weekly_minutes=dice.choice([60, 120])
        )
        for n in (1, 2, 3)
    )
    work = tuple(
        task(
            n,
            minutes=dice.choice([30, 60, 90]),
            abilities=frozenset(dice.sample("abc", 1)),
            closes_at=NOW + timedelta(hours=dice.choice([2, 3])),
        )
        for n in range(1, 6)
    )
    return Roster(people, (tutor(trainees_at_once=2),), work, BANDS)


def test_little_is_lost_against_trying_every_order(monkeypatch):
    dice = Random(7)
    instances = [tight_roster(dice) for _ in range(40)]
    best = sum(best_possible(roster) for roster in instances)

    def placed() -> int:
        return sum(len(assign(roster, now=NOW).bookings) for roster in instances)

    assert placed() >= 0.98 * best
    # The twin: the first queue alone, with nothing pushed out, loses what the rest wins back.
    monkeypatch.setattr(assigner, "PUSHES_PER_TASK", 0)
    monkeypatch.setattr(assigner, "ORDERS", assigner.ORDERS[:1])
    assert placed() < 0.96 * best


@pytest.mark.parametrize(("weekly_minutes", "placed"), [(300, 200), (60, 48)])
def test_a_big_service_is_planned_in_seconds(weekly_minutes, placed):
    people = tuple(trainee(n, weekly_minutes=weekly_minutes) for n in range(1, 25))
    educators = tuple(tutor(n, trainees_at_once=3) for n in range(1, 7))
    work = tuple(task(n, minutes=30, closes_at=NOW + timedelta(days=3)) for n in range(1, 201))
    roster = Roster(people, educators, work, BANDS)
    begun = monotonic()
    assert len(assign(roster, now=NOW).bookings) == placed
    # Generous for a busy machine: half a second, or two where most tasks have no place.
    assert monotonic() - begun < 30


# The checker itself: it must see what it is there to see


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("NOT_AS_LONG_AS_THE_TASK", {"ends_at": timedelta(minutes=5)}),
        ("OUTSIDE_DUE_WINDOW", {"task": {"closes_at": NOW + timedelta(minutes=30)}}),
        ("ABILITY_MISSING", {"trainee": {"abilities": frozenset()}}),
        ("LIMIT_FORBIDS", {"trainee": {"limits": frozenset("z")}}),
        ("TAKEN_FROM_THIS_TRAINEE", {"task": {"without": frozenset({1})}}),
        ("OUTSIDE_PROJECT", {"trainee": {"project_until": date(2026, 10, 21)}}),
        ("AGE_NOT_ALLOWED", {"trainee": {"born_on": date(2011, 1, 1)}}),
        ("TRAINEE_NOT_THERE", {"trainee": {"slots": (Slot(3, time(10), time(12)),)}}),
        ("WEEKLY_HOURS_EXCEEDED", {"trainee": {"weekly_minutes": 59}}),
        ("TUTOR_NOT_THERE", {"tutor": {"slots": (Slot(3, time(10), time(12)),)}}),
        ("TUTOR_NOT_IN_SERVICE", {"tutor": {"since": date(2026, 10, 23)}}),
    ],
)
def test_checker_sees(code, change):
    roster = Roster(
        (trainee(**change.get("trainee", {})),),
        (tutor(**change.get("tutor", {})),),
        (task(conflicts=frozenset("z"), **change.get("task", {})),),
        BANDS,
    )
    start = datetime(2026, 10, 22, 9, 30, tzinfo=ROME)
    longer = change.get("ends_at", timedelta())
    booking = Booking(1, 1, 1, 1, start, start + timedelta(hours=1) + longer)
    assert [v.code for v in violations(roster, [booking])] == [code]


def test_checker_sees_one_trainee_twice_and_a_tutor_with_too_many():
    start = datetime(2026, 10, 22, 9, 30, tzinfo=ROME)
    roster = Roster((trainee(),), (tutor(),), (task(1), task(2)), BANDS)
    twice = [Booking(n, 1, 1, n, start, start + timedelta(hours=1)) for n in (1, 2)]
    assert {v.code for v in violations(roster, twice)} == {
        "TRAINEE_IN_TWO_PLACES",
        "TUTOR_HAS_TOO_MANY",
        "TUTOR_HAS_NO_SUCH_SEAT",
    }


def test_ages_are_completed_years():
    assert age_on(date(2000, 2, 29), date(2026, 2, 28)) == 25
    assert age_on(date(2000, 2, 29), date(2026, 3, 1)) == 26
