"""Plans, orders and cancellations at the same time, with real commits.

Each guard has a twin that takes it away and shows what would happen.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.models import QuerySet

from plugins.sfa_logistics.models import Assignment, Task, TaskStatus, TrainingService
from plugins.sfa_logistics.services import plans
from plugins.sfa_logistics.services.orders import tasks_cancel
from plugins.sfa_logistics.services.plans import Run, service_plan
from tests.at_once import Meeting, a_lock_is_waited_for, at_once, wait_until
from tests.sfa_logistics import factories as make

NOW = make.NOW

# Two runs at the same time

TWINS = 2
CHECKS = (
    "assignment_trainee_in_one_place",
    "assignment_one_per_seat",
    "assignment_one_per_task",
)


def plan_together(service_id: int, monkeypatch) -> list[object]:
    """Two runs that both read the roster before either writes, where nothing stops them."""
    meeting = Meeting(TWINS)
    assign = plans.assign

    def assign_together(*args, **kwargs):
        plan = assign(*args, **kwargs)
        meeting.come()
        return plan

    monkeypatch.setattr(plans, "assign", assign_together)

    def run() -> object:
        try:
            return service_plan(service_id=service_id, now=NOW)
        except Exception as error:
            return error

    return at_once(lambda _n: run(), TWINS)


def without_locks(monkeypatch) -> None:
    """No lock on the service, none on the tasks."""
    monkeypatch.setattr(plans, "service_lock", lambda service_id: None)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda query, **_: query)


def service_with_work() -> int:
    sfa = make.sfa(trainees=2, at_once=1)
    for _ in range(3):
        make.task(sfa.service)
    return sfa.pk


def test_two_runs_at_once_assign_each_task_once(committed_db, monkeypatch):
    service_id = service_with_work()
    results = plan_together(service_id, monkeypatch)
    assert sorted(results) == [Run(0, 0), Run(3, 0)]
    assert make.allowed(service_id)


def test_without_the_lock_the_database_refuses_the_second(committed_db, monkeypatch):
    service_id = service_with_work()
    without_locks(monkeypatch)
    results = plan_together(service_id, monkeypatch)
    assert Run(3, 0) in results
    (refused,) = [result for result in results if isinstance(result, Exception)]
    assert any(name in str(refused) for name in CHECKS)
    assert make.allowed(service_id)


def test_without_lock_and_constraints_trainees_would_be_in_two_places(committed_db, monkeypatch):
    """The twin: with no guard at all, the same test finds the double booking."""
    service_id = service_with_work()
    without_locks(monkeypatch)
    with connection.cursor() as cursor:
        for name in CHECKS[:2]:
            cursor.execute(f"ALTER TABLE sfa_logistics_assignment DROP CONSTRAINT {name}")
        cursor.execute("DROP INDEX assignment_one_per_task")
        cursor.execute("DROP TRIGGER sfa_assignment_guard ON sfa_logistics_assignment")
    assert plan_together(service_id, monkeypatch) == [Run(3, 0), Run(3, 0)]
    assert Assignment.objects.count() == 6
    assert not make.allowed(service_id)


# A plan that is being made, and what comes meanwhile


@contextmanager
def plan_under_way(service_id: int, monkeypatch):
    """A run that has locked and read, and writes and commits when the block ends."""
    read, go_on = threading.Event(), threading.Event()
    assign = plans.assign

    def assign_slowly(*args, **kwargs):
        read.set()
        assert go_on.wait(timeout=30)
        return assign(*args, **kwargs)

    monkeypatch.setattr(plans, "assign", assign_slowly)

    def run() -> None:
        try:
            service_plan(service_id=service_id, now=NOW)
        finally:
            connections.close_all()

    planning = threading.Thread(target=run)
    planning.start()
    try:
        assert read.wait(timeout=30)
        yield go_on
    finally:
        go_on.set()
        planning.join(timeout=60)


def impatient() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '500ms'")


def test_an_order_does_not_wait_for_a_plan(committed_db, monkeypatch):
    service_id = service_with_work()
    impatient()
    with plan_under_way(service_id, monkeypatch):
        make.task(TrainingService.objects.get(pk=service_id))
    assert Task.objects.filter(status=TaskStatus.OPEN.value).count() == 1


def test_with_a_stronger_lock_an_order_would_wait(committed_db, monkeypatch):
    service_id = service_with_work()
    lock = QuerySet.select_for_update
    monkeypatch.setattr(QuerySet, "select_for_update", lambda q, no_key=False, **o: lock(q, **o))
    impatient()
    with (
        plan_under_way(service_id, monkeypatch),
        pytest.raises(OperationalError, match="lock timeout"),
        transaction.atomic(),
    ):
        make.task(TrainingService.objects.get(pk=service_id))


def cancel_meanwhile(service_id: int, monkeypatch) -> None:
    """Cancel every task while a plan has read them as open."""
    done = threading.Event()

    def cancel() -> None:
        try:
            tasks_cancel(Task.objects.filter(service=service_id))
        finally:
            done.set()
            connections.close_all()

    cancelling = threading.Thread(target=cancel)
    with plan_under_way(service_id, monkeypatch):
        cancelling.start()
        # With the guard it waits for the plan.
        wait_until(lambda: done.is_set() or a_lock_is_waited_for())
    cancelling.join(timeout=60)


def test_what_is_cancelled_while_a_plan_is_made_stays_cancelled(committed_db, monkeypatch):
    service_id = service_with_work()
    cancel_meanwhile(service_id, monkeypatch)
    assert set(Task.objects.values_list("status", flat=True)) == {TaskStatus.CANCELLED.value}
    assert not Assignment.objects.filter(undone_at__isnull=True).exists()


def test_without_locked_tasks_a_cancelled_one_would_be_assigned(committed_db, monkeypatch):
    service_id = service_with_work()
    monkeypatch.setattr(QuerySet, "select_for_update", lambda query, **_: query)
    cancel_meanwhile(service_id, monkeypatch)
    assert set(Task.objects.values_list("status", flat=True)) == {TaskStatus.ASSIGNED.value}
