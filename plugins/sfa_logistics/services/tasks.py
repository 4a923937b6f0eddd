"""What becomes of one task: done, given to somebody else, cancelled."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import not_found
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.refusals import Refusal
from plugins.sfa_logistics.models import Assignment, Task, TaskStatus, UnassignedReason
from plugins.sfa_logistics.selectors import STANDING
from plugins.sfa_logistics.services.orders import UNDER_WAY, tasks_cancel
from plugins.sfa_logistics.services.plans import assignments_undo, service_lock, tasks_plan


@transaction.atomic
def task_complete(*, actor: Actor, task_id: int, now: datetime | None = None) -> Task:
    """Record that an assigned task is done; by the coordinator or the tutor who was there.

    Raises:
        Refusal: NOT_FOUND, TASK_NOT_ASSIGNED.
    """
    task = _locked(actor, task_id, tutors_too=True)
    if task.status != TaskStatus.ASSIGNED.value:
        raise _not_assigned()
    task.status = TaskStatus.DONE.value
    task.done_at = now or timezone.now()
    task.save(update_fields=["status", "done_at"])
    return task


@transaction.atomic
def task_cancel(*, actor: Actor, task_id: int) -> Task:
    """Cancel a task that nobody needs to do any more, by the coordinator.

    Raises:
        Refusal: NOT_FOUND, TASK_IS_OVER where it is done or cancelled.
    """
    task = _locked(actor, task_id)
    if task.status not in UNDER_WAY:
        raise Refusal("TASK_IS_OVER", _("This task is already done or cancelled."), field="id")
    tasks_cancel(Task.objects.filter(pk=task.pk))
    task.refresh_from_db()
    return task


@transaction.atomic
def task_reassign(*, actor: Actor, task_id: int, now: datetime | None = None) -> Task:
    """Take a task from who has it and give it to somebody else; by the coordinator or its tutor.

    Where nobody else can do it, it is open again and has a reason.

    Raises:
        Refusal: NOT_FOUND, TASK_NOT_ASSIGNED.
    """
    now = now or timezone.now()
    found = _visible(actor, task_id, tutors_too=True)
    service_lock(found.service_id)
    task = _locked(actor, task_id, tutors_too=True)
    if task.status != TaskStatus.ASSIGNED.value:
        raise _not_assigned()
    assignments_undo(Assignment.objects.filter(task=task), now=now, by_user_id=actor.require_user())
    UnassignedReason.objects.filter(task=task).delete()
    tasks_plan(task.service_id, Task.objects.filter(pk=task.pk), now)
    task.refresh_from_db()
    return task


def _visible(actor: Actor, task_id: int, *, tutors_too: bool = False) -> Task:
    """The task, if the actor coordinates its service or, where tutors may, is there for it."""
    task: Task | None = Task.objects.filter(pk=task_id).first()
    if task is None or task.service_id is None:
        raise not_found("SfaTask")
    if actor.has(Role.SFA_COORDINATOR, organisation_id=task.service_id):
        return task
    is_tutor = actor.has(Role.TUTOR, organisation_id=task.service_id)
    if tutors_too and is_tutor and _tutored(task, actor):
        return task
    raise not_found("SfaTask")


def _tutored(task: Task, actor: Actor) -> bool:
    standing = Assignment.objects.filter(STANDING, task=task, tutor__user=actor.user_id)
    found: bool = standing.exists()
    return found


def _locked(actor: Actor, task_id: int, *, tutors_too: bool = False) -> Task:
    Task.objects.select_for_update(no_key=True).filter(pk=task_id).values_list("pk").first()
    return _visible(actor, task_id, tutors_too=tutors_too)


def _not_assigned() -> Refusal:
    return Refusal(
        "TASK_NOT_ASSIGNED",
        _("Only a task that somebody has been given can be completed or given to somebody else."),
        field="id",
    )
