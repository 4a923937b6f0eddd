"""Plans on the database: stored, explained, taken back where a change forbids them."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.people.actor import Actor, actor_of
from marketplace.refusals import Refusal
from plugins.sfa_logistics.models import Assignment, Task, TaskStatus, Trainee, UnassignedReason
from plugins.sfa_logistics.roster import Slot
from plugins.sfa_logistics.services import people
from plugins.sfa_logistics.services.plans import Run, service_plan, tasks_assign
from plugins.sfa_logistics.services.tasks import task_cancel, task_complete, task_reassign
from plugins.sfa_logistics.tasks import sfa_plan_all
from tests.sfa_logistics import factories as make

NOW = make.NOW


@pytest.mark.django_db
class TestPlan:
    def test_open_tasks_get_a_trainee_a_tutor_and_a_time(self):
        sfa = make.sfa()
        for _ in range(4):
            make.task(sfa.service)
        assert tasks_assign(actor=actor_of(sfa.coordinator), service_id=sfa.pk, now=NOW) == Run(
            4, 0
        )
        assert {task.status for task in Task.objects.all()} == {TaskStatus.ASSIGNED}
        assert Assignment.objects.count() == 4
        assert make.allowed(sfa.pk)

    def test_a_second_run_changes_nothing(self):
        sfa = make.sfa()
        make.task(sfa.service)
        service_plan(service_id=sfa.pk, now=NOW)
        before = list(Assignment.objects.values())
        assert service_plan(service_id=sfa.pk, now=NOW) == Run(0, 0)
        assert list(Assignment.objects.values()) == before

    def test_what_is_left_open_says_why_until_it_is_not(self):
        sfa = make.sfa(trainees=0)
        person = make.trainee(sfa.service, abilities=["pack_goods"])
        task = make.task(sfa.service)
        assert service_plan(service_id=sfa.pk, now=NOW) == Run(0, 1)
        assert UnassignedReason.objects.get().code == "NO_TRAINEE_WITH_ABILITY"
        people.trainee_update(
            actor=actor_of(sfa.coordinator),
            trainee_id=person.pk,
            data={"abilities": ["pack_goods", "read_labels"]},
        )
        assert service_plan(service_id=sfa.pk, now=NOW) == Run(1, 0)
        task.refresh_from_db()
        assert task.status == TaskStatus.ASSIGNED
        assert not UnassignedReason.objects.exists()

    def test_limits_are_read_although_encrypted(self):
        sfa = make.sfa(trainees=0)
        make.trainee(sfa.service, limits=["no_traffic"])
        make.task(sfa.service, kind="delivery")
        service_plan(service_id=sfa.pk, now=NOW)
        assert UnassignedReason.objects.get().code == "LIMITS_FORBID"

    def test_hours_done_earlier_in_the_week_count(self):
        sfa = make.sfa(trainees=1)
        Trainee.objects.update(weekly_minutes=50)
        make.task(sfa.service)
        service_plan(service_id=sfa.pk, now=NOW)
        task = Task.objects.get()
        task_complete(actor=actor_of(sfa.coordinator), task_id=task.pk, now=NOW)
        later = NOW + timedelta(days=2)
        make.task(sfa.service, now=later)
        assert service_plan(service_id=sfa.pk, now=later) == Run(0, 1)
        assert UnassignedReason.objects.get().code == "WEEKLY_HOURS_REACHED"

    def test_more_tasks_cost_no_more_queries(self):
        costs = []
        for number in (1, 12):
            sfa = make.sfa(trainees=number, tutors=number)
            for _ in range(number):
                make.task(sfa.service)
            with CaptureQueriesContext(connection) as captured:
                assert service_plan(service_id=sfa.pk, now=NOW) == Run(number, 0)
            costs.append(len(captured))
        assert costs[0] == costs[1]

    def test_only_the_services_coordinator_plans(self):
        sfa, other = make.sfa(), make.sfa()
        for actor in (actor_of(other.coordinator), actor_of(sfa.tutors[0].user), Actor(None)):
            with pytest.raises(Refusal) as refused:
                tasks_assign(actor=actor, service_id=sfa.pk)
            assert refused.value.code in {"PERMISSION_DENIED", "NOT_SIGNED_IN"}

    def test_beat_plans_every_service(self):
        for _ in range(2):
            make.soon(make.sfa().service)
        assert sfa_plan_all() == 2


@pytest.mark.django_db
class TestOneTask:
    @pytest.fixture
    def sfa(self):
        return make.sfa(trainees=2, tutors=2)

    @pytest.fixture
    def task(self, sfa):
        task = make.task(sfa.service)
        service_plan(service_id=sfa.pk, now=NOW)
        task.refresh_from_db()
        return task

    def standing(self, task):
        return Assignment.objects.get(task=task, undone_at__isnull=True)

    def test_complete_once(self, sfa, task):
        tutor = actor_of(self.standing(task).tutor.user)
        assert task_complete(actor=tutor, task_id=task.pk, now=NOW).done_at == NOW
        with pytest.raises(Refusal, match="TASK_NOT_ASSIGNED"):
            task_complete(actor=tutor, task_id=task.pk)

    def test_another_tutor_of_the_service_cannot_even_see_it(self, sfa, task):
        there = self.standing(task).tutor
        (other,) = [tutor for tutor in sfa.tutors if tutor != there]
        for change in (task_complete, task_reassign, task_cancel):
            with pytest.raises(Refusal, match="NOT_FOUND"):
                change(actor=actor_of(other.user), task_id=task.pk)
        with pytest.raises(Refusal, match="NOT_FOUND"):
            task_cancel(actor=actor_of(there.user), task_id=task.pk)

    def test_reassign_gives_it_to_somebody_else_until_nobody_is_left(self, sfa, task):
        coordinator = actor_of(sfa.coordinator)
        first = self.standing(task).trainee
        task_reassign(actor=coordinator, task_id=task.pk, now=NOW)
        second = self.standing(task).trainee
        assert second != first
        undone = Assignment.objects.get(task=task, trainee=first)
        assert undone.undone_by_id == sfa.coordinator.pk
        back = task_reassign(actor=coordinator, task_id=task.pk, now=NOW)
        assert back.status == TaskStatus.OPEN
        assert UnassignedReason.objects.get().code == "NO_OTHER_TRAINEE"
        with pytest.raises(Refusal, match="TASK_NOT_ASSIGNED"):
            task_reassign(actor=coordinator, task_id=task.pk)

    def test_cancel(self, sfa, task):
        coordinator = actor_of(sfa.coordinator)
        assert task_cancel(actor=coordinator, task_id=task.pk).status == TaskStatus.CANCELLED
        assert not Assignment.objects.filter(undone_at__isnull=True).exists()
        with pytest.raises(Refusal, match="TASK_IS_OVER"):
            task_cancel(actor=coordinator, task_id=task.pk)
        assert service_plan(service_id=sfa.pk, now=NOW) == Run(0, 0)


@pytest.mark.django_db
class TestChangesTakeBack:
    """A change of people takes back what it forbids, and only that."""

    @pytest.fixture
    def sfa(self):
        sfa = make.sfa(trainees=1)
        for _ in range(2):
            make.task(sfa.service)
        service_plan(service_id=sfa.pk, now=NOW)
        return sfa

    def open_tasks(self) -> int:
        return Task.objects.filter(status=TaskStatus.OPEN.value).count()

    def update(self, sfa, **data):
        people.trainee_update(
            actor=actor_of(sfa.coordinator), trainee_id=sfa.trainees[0].pk, data=data, now=NOW
        )

    @pytest.mark.parametrize(
        ("data", "reopened"),
        [
            ({"notes": "prefers mornings"}, 0),
            ({"weekly_minutes": 60}, 0),
            ({"weekly_minutes": 59}, 1),
            ({"abilities": []}, 2),
            ({"project_until": date(2026, 11, 22)}, 2),
        ],
    )
    def test_of_a_trainee(self, sfa, data, reopened):
        self.update(sfa, **data)
        assert self.open_tasks() == reopened
        assert make.allowed(sfa.pk)

    def test_of_hours(self, sfa):
        late = [Slot(day, time(17), time(18)) for day in range(7)]
        people.availability_set(
            actor=actor_of(sfa.coordinator), slots=late, tutor_id=sfa.tutors[0].pk, now=NOW
        )
        assert self.open_tasks() == 2

    def test_of_a_tutors_number(self):
        sfa = make.sfa(trainees=2, at_once=2)
        for _ in range(2):
            make.task(sfa.service, closes_at=NOW + timedelta(hours=2, minutes=35))
        service_plan(service_id=sfa.pk, now=NOW)
        assert self.open_tasks() == 0
        people.tutor_update(
            actor=actor_of(sfa.coordinator),
            tutor_id=sfa.tutors[0].pk,
            trainees_at_once=1,
            now=NOW,
        )
        assert self.open_tasks() == 1
        assert make.allowed(sfa.pk)

    def test_what_is_done_or_past_stays(self, sfa):
        after = NOW + timedelta(days=1)
        people.trainee_update(
            actor=actor_of(sfa.coordinator),
            trainee_id=sfa.trainees[0].pk,
            data={"abilities": []},
            now=after,
        )
        assert self.open_tasks() == 0
