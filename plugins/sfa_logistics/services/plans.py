"""Plans: a service's open tasks given to its people, and taken back where a change forbids them.

Plans of one service are made one after the other: each locks the service's row first. The database
would refuse the second of two that clash (migrations 0001 and 0002); the lock lets it see the first
one's bookings instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from marketplace.api.entities import not_found
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from plugins.sfa_logistics.assigner import Plan, assign
from plugins.sfa_logistics.checker import violations
from plugins.sfa_logistics.models import (
    Assignment,
    ServedComune,
    Task,
    TaskStatus,
    TrainingService,
    UnassignedReason,
)
from plugins.sfa_logistics.roster import monday_of
from plugins.sfa_logistics.selectors import STANDING, booking_of, roster_of


class Run(NamedTuple):
    """What a run did: tasks it gave to somebody, and tasks it left with a reason."""

    assigned: int
    unassigned: int


def tasks_assign(*, actor: Actor, service_id: int, now: datetime | None = None) -> Run:
    """Plan a service's open tasks, for its coordinator."""
    actor.require(Role.SFA_COORDINATOR, organisation_id=service_id)
    return service_plan(service_id=service_id, now=now)


@transaction.atomic
def service_plan(*, service_id: int, now: datetime | None = None) -> Run:
    """Plan a service's open tasks from ``now`` on; what is assigned and still allowed stays."""
    now = now or timezone.now()
    service_lock(service_id)
    _claim(service_id)
    plan_recheck(service_id, now)
    return tasks_plan(service_id, Task.objects.filter(service=service_id), now)


def service_lock(service_id: int) -> None:
    """Let nobody else plan or change this service's people until the transaction ends.

    ``no_key``: orders that are placed meanwhile refer to the row and do not wait.
    """
    locked = TrainingService.objects.select_for_update(no_key=True).filter(pk=service_id)
    if not locked.values_list("pk", flat=True):
        raise not_found("TrainingService", field="service")


def tasks_plan(service_id: int, tasks: QuerySet[Task], now: datetime) -> Run:
    """Plan those of ``tasks`` that are open. The caller holds the service's lock."""
    waiting = list(
        tasks.filter(status=TaskStatus.OPEN.value)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .select_related("template")
        .prefetch_related("template__abilities", "template__conflicts")
    )
    if not waiting:
        return Run(0, 0)
    roster = roster_of(service_id, waiting, now=now)
    plan = assign(roster, now=now)
    _store(plan, now)
    return Run(len(plan.bookings), len(plan.unassigned))


def plan_recheck(service_id: int, now: datetime) -> int:
    """Take back what is planned but no longer allowed, after a change of people or their hours.

    The caller holds the service's lock.

    Returns:
        How many tasks are open again.
    """
    coming = list(
        Assignment.objects.filter(STANDING, trainee__service=service_id, starts_at__gt=now)
        .exclude(task__status=TaskStatus.DONE.value)
        .select_related("task__template")
        .prefetch_related("task__template__abilities", "task__template__conflicts")
        .order_by("starts_at", "pk")
    )
    if not coming:
        return 0
    roster = roster_of(service_id, [assignment.task for assignment in coming], now=now)
    forbidden: list[int] = []
    kept = [b for b in roster.booked if b.starts_at <= now]
    for assignment in coming:
        booking = booking_of(assignment)
        # One after the other, so that of two that no longer fit together the earlier one stays.
        if violations(roster.with_booked(kept), [booking]):
            forbidden.append(assignment.pk)
        else:
            kept.append(booking)
    assignments_undo(Assignment.objects.filter(pk__in=forbidden), now=now)
    return len(forbidden)


def assignments_undo(
    assignments: QuerySet[Assignment], *, now: datetime, by_user_id: int | None = None
) -> None:
    """Undo standing assignments and open their tasks again.

    Args:
        by_user_id: who took the task away by hand, after which it does not go to the same trainee.
    """
    task_ids = list(assignments.filter(STANDING).values_list("task_id", flat=True))
    Assignment.objects.filter(STANDING, task__in=task_ids).update(
        undone_at=now, undone_by_id=by_user_id
    )
    Task.objects.filter(pk__in=task_ids).update(status=TaskStatus.OPEN.value)


def _claim(service_id: int) -> None:
    """Take open tasks of no service in a comune that this one works in by now."""
    served = ServedComune.objects.filter(service=service_id).values("comune")
    Task.objects.filter(
        service__isnull=True, status=TaskStatus.OPEN.value, comune__in=served
    ).update(service=service_id)


def _store(plan: Plan, now: datetime) -> None:
    Assignment.objects.bulk_create(
        Assignment(
            task_id=booking.task_id,
            trainee_id=booking.trainee_id,
            tutor_id=booking.tutor_id,
            seat=booking.seat,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            week=monday_of(timezone.localdate(booking.starts_at)),
        )
        for booking in plan.bookings
    )
    assigned = [booking.task_id for booking in plan.bookings]
    Task.objects.filter(pk__in=assigned).update(status=TaskStatus.ASSIGNED.value)
    _reasons_replace(assigned, plan, now)


def _reasons_replace(assigned: Iterable[int], plan: Plan, now: datetime) -> None:
    left = [task_id for task_id, _ in plan.unassigned]
    UnassignedReason.objects.filter(task__in=[*assigned, *left]).delete()
    UnassignedReason.objects.bulk_create(
        UnassignedReason(task_id=task_id, code=reason.value, found_at=now)
        for task_id, reason in plan.unassigned
    )
