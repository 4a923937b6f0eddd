"""What PostgreSQL itself refuses, whoever writes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.people.models import Organisation
from plugins.sfa_logistics.models import AgeRule, Assignment, TaskTemplate, Trainee, Tutor
from plugins.sfa_logistics.roster import monday_of
from tests.sfa_logistics import factories as make

pytestmark = pytest.mark.django_db

NINE = make.NOW + timedelta(hours=2)


@pytest.fixture
def sfa():
    return make.sfa(trainees=2, tutors=2, at_once=2)


def assignment(sfa, *, trainee=0, tutor=0, seat=1, start=NINE, minutes=30, **facts):
    return Assignment.objects.create(
        task=facts.pop("task", None) or make.task(sfa.service, minutes=minutes),
        trainee=sfa.trainees[trainee],
        tutor=sfa.tutors[tutor],
        seat=seat,
        starts_at=start,
        ends_at=start + timedelta(minutes=minutes),
        week=monday_of(start.date()),
        **facts,
    )


def refused(name: str):
    return pytest.raises(IntegrityError, match=name)


def test_a_trainee_is_in_one_place(sfa):
    assignment(sfa)
    with refused("assignment_trainee_in_one_place"), transaction.atomic():
        assignment(sfa, tutor=1, start=NINE + timedelta(minutes=29))
    assignment(sfa, tutor=1, start=NINE + timedelta(minutes=30))


def test_a_seat_is_taken_once(sfa):
    assignment(sfa)
    with refused("assignment_one_per_seat"), transaction.atomic():
        assignment(sfa, trainee=1)
    assignment(sfa, trainee=1, seat=2)


def test_a_tutor_has_no_more_seats_than_trainees_at_once(sfa):
    with refused("tutor .* has 2 places"), transaction.atomic():
        assignment(sfa, seat=3)


def test_a_task_has_one_trainee(sfa):
    first = assignment(sfa)
    with refused("assignment_one_per_task"), transaction.atomic():
        assignment(sfa, trainee=1, seat=2, task=first.task)
    Assignment.objects.filter(pk=first.pk).update(undone_at=make.NOW)
    assignment(sfa, trainee=1, seat=2, task=first.task)


def test_a_weeks_minutes_are_not_exceeded(sfa):
    Trainee.objects.update(weekly_minutes=60)
    assignment(sfa, minutes=45)
    tomorrow = NINE + timedelta(days=1)
    with refused("has 60 minutes a week"), transaction.atomic():
        assignment(sfa, start=tomorrow, minutes=16)
    assignment(sfa, start=tomorrow, minutes=15)
    assignment(sfa, start=NINE + timedelta(days=7), minutes=60)


def test_people_of_another_service_are_refused(sfa):
    other = make.sfa()
    with refused("not of one service"), transaction.atomic():
        assignment(sfa, task=make.task(other.service))


def test_without_the_trigger_the_week_would_be_exceeded(sfa):
    """The twin: the trigger is what refuses."""
    Trainee.objects.update(weekly_minutes=30)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER sfa_assignment_guard ON sfa_logistics_assignment")
    assignment(sfa, minutes=30, seat=9)
    assignment(sfa, start=NINE + timedelta(days=1), minutes=30)


def test_one_task_per_order_part_and_kind(sfa):
    first = make.task(sfa.service)
    same = {"order_id": first.order_id, "provider": first.provider}
    with refused("task_once_per_order_part_and_kind"), transaction.atomic():
        make.task(sfa.service, **same)
    make.task(sfa.service, kind="delivery", **same)


def test_one_age_rule_and_one_template_a_day():
    with refused("age_rule_one_at_a_time"), transaction.atomic():
        AgeRule.objects.create(from_age=16, to_age=40, valid_from=date(2027, 1, 1), source="x")
    AgeRule.objects.update(valid_until=date(2026, 12, 31))
    AgeRule.objects.create(from_age=16, to_age=40, valid_from=date(2027, 1, 1), source="x")
    same = {
        "kind": "packing",
        "minutes_per_unit": 1,
        "minutes_most": 9,
        "opens_after_hours": 0,
        "closes_after_hours": 9,
        "valid_from": date(2026, 1, 1),
    }
    with refused("template_one_at_a_time"), transaction.atomic():
        TaskTemplate.objects.create(**same)
    own = {"provider": Organisation.objects.create(kind="provider", name="Own")}
    TaskTemplate.objects.create(**same, **own)
    with refused("template_one_at_a_time"), transaction.atomic():
        TaskTemplate.objects.create(**same, **own)


def test_a_tutor_is_in_one_service_at_a_time(sfa):
    other = make.service()
    with refused("tutor_in_one_service"), transaction.atomic():
        make.tutor(other, user=sfa.tutors[0].user)
    Tutor.objects.filter(pk=sfa.tutors[0].pk).update(
        until=date(2023, 12, 31), since=date(2023, 1, 1)
    )
    make.tutor(other, user=sfa.tutors[0].user)


def test_limits_and_notes_rest_encrypted(sfa):
    secret = make.trainee(sfa.service, limits=["no_stairs"], notes="needs a quiet room")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT limits_json, notes FROM sfa_logistics_trainee WHERE id = %s", [secret.pk]
        )
        stored = b"".join(bytes(column) for column in cursor.fetchone())
    assert b"stairs" not in stored
    assert b"quiet" not in stored
    again = Trainee.objects.get(pk=secret.pk)
    assert again.limits == {"no_stairs"}
    assert again.notes == "needs a quiet room"
