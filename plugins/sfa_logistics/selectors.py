"""Reads of this room: who may see which tasks and people, and the roster that a plan is made from.

What is somebody else's looks like what does not exist.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.providers.models import ProviderOrder
from plugins.sfa_logistics.models import (
    AgeRule,
    Assignment,
    Task,
    Trainee,
    TrainingService,
    Tutor,
    UnassignedReason,
)
from plugins.sfa_logistics.roster import (
    AgeBand,
    Booking,
    Roster,
    Slot,
    TaskFacts,
    TraineeFacts,
    TutorFacts,
    monday_of,
)

STANDING = Q(undone_at__isnull=True)


def training_services() -> QuerySet[TrainingService]:
    """Every service with its organisation and the comuni it works in."""
    return TrainingService.objects.select_related(
        "organisation", "comune__ambito"
    ).prefetch_related("served__comune__ambito")


def services_of(actor: Actor) -> frozenset[int]:
    """The services that the actor coordinates."""
    return actor.organisations(Role.SFA_COORDINATOR)


def trainees_for(actor: Actor) -> QuerySet[Trainee]:
    """Trainees of the services that the actor coordinates; limits and notes are not read."""
    return (
        Trainee.objects.filter(service__in=services_of(actor))
        .defer("limits_json", "notes")
        .select_related("service__organisation")
        .prefetch_related("abilities", "slots")
    )


def tutors_for(actor: Actor) -> QuerySet[Tutor]:
    """Tutors of the services that the actor coordinates."""
    return (
        Tutor.objects.filter(service__in=services_of(actor))
        .select_related("user", "service__organisation")
        .prefetch_related("slots")
    )


def tasks_for_coordinator(actor: Actor) -> QuerySet[Task]:
    """Tasks of the services that the actor coordinates; to an operator, those of no service."""
    seen = Q(service__in=services_of(actor))
    if actor.has(Role.OPERATOR):
        seen |= Q(service__isnull=True)
    return _tasks().filter(seen)


def tasks_of(actor: Actor) -> QuerySet[Task]:
    """What the actor does as a trainee or is there for as a tutor, now or in the past."""
    own = Assignment.objects.filter(
        STANDING,
        Q(trainee__user=actor.user_id, trainee__service__in=actor.organisations(Role.TRAINEE))
        | Q(tutor__user=actor.user_id, tutor__service__in=actor.organisations(Role.TUTOR)),
        task=OuterRef("pk"),
    )
    return _tasks().filter(Exists(own))


def tasks_of_order(actor: Actor, order_id: str) -> QuerySet[Task]:
    """An order's tasks for its buyer, or a provider's part of them; they tell nothing of people."""
    bought = ProviderOrder.objects.filter(order_id=order_id, user=actor.user_id)
    return (
        Task.objects.filter(order_id=order_id)
        .filter(Q(provider__in=actor.organisations(Role.PROVIDER_MANAGER)) | Q(Exists(bought)))
        .select_related("service__organisation", "provider")
        .order_by("opens_at", "pk")
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A task as its buyer follows it; no person is in it."""

    kind: str
    status: str
    opens_at: datetime
    closes_at: datetime
    done_at: datetime | None
    service_name: str | None


def progress_of(order_ids: Iterable[str]) -> dict[int, list[Step]]:
    """Steps by provider order, packing before delivery; one query (``tasks.progress``)."""
    steps: dict[int, list[Step]] = defaultdict(list)
    tasks = Task.objects.filter(order_id__in=order_ids).order_by("opens_at", "-kind", "pk")
    for provider_order_id, *facts in tasks.values_list(
        "provider_order_id",
        "kind",
        "status",
        "opens_at",
        "closes_at",
        "done_at",
        "service__organisation__name",
    ):
        steps[provider_order_id].append(Step(*facts))
    return steps


def reasons_for(actor: Actor) -> list[dict[str, Any]]:
    """How many tasks wait for each reason, in the services that the actor coordinates."""
    waiting = UnassignedReason.objects.filter(task__service__in=services_of(actor))
    return list(waiting.values("code").annotate(tasks=Count("pk")).order_by("-tasks", "code"))


def _tasks() -> QuerySet[Task]:
    standing = Assignment.objects.filter(STANDING).select_related(
        "trainee__service__organisation", "tutor__user", "tutor__service__organisation"
    )
    return Task.objects.select_related(
        "template", "provider", "comune__ambito", "service__organisation", "reason"
    ).prefetch_related(
        "template__abilities", Prefetch("assignments", queryset=standing, to_attr="standing")
    )


def roster_of(service_id: int, tasks: Iterable[Task], *, now: datetime) -> Roster:
    """The roster of a service for ``tasks``, at a constant number of queries.

    What is booked from Monday of this week on is in it: hours already done count in their week.
    """
    tasks = list(tasks)
    return Roster(
        trainees=tuple(_trainee(t) for t in _people(Trainee, service_id, "abilities", "slots")),
        tutors=tuple(_tutor(t) for t in _people(Tutor, service_id, "slots")),
        tasks=_tasks_facts(tasks),
        age_bands=tuple(
            AgeBand(rule.from_age, rule.to_age, rule.valid_from, rule.valid_until)
            for rule in AgeRule.objects.all()
        ),
        booked=bookings(service_id, now=now),
    )


def bookings(service_id: int, *, now: datetime) -> tuple[Booking, ...]:
    """What stands booked with a service's people from Monday of this week on."""
    standing = Assignment.objects.filter(
        STANDING, trainee__service=service_id, week__gte=monday_of(timezone.localdate(now))
    )
    return tuple(booking_of(assignment) for assignment in standing.order_by("pk"))


def booking_of(assignment: Assignment) -> Booking:
    return Booking(
        task_id=assignment.task_id,
        trainee_id=assignment.trainee_id,
        tutor_id=assignment.tutor_id,
        seat=assignment.seat,
        starts_at=assignment.starts_at,
        ends_at=assignment.ends_at,
    )


def _people(model: Any, service_id: int, *related: str) -> QuerySet[Any]:
    return model.objects.filter(service=service_id).prefetch_related(*related).order_by("pk")


def _tasks_facts(tasks: list[Task]) -> tuple[TaskFacts, ...]:
    taken_from: dict[int, set[int]] = defaultdict(set)
    by_hand = Assignment.objects.filter(task__in=tasks, undone_by__isnull=False)
    for task_id, trainee_id in by_hand.values_list("task_id", "trainee_id"):
        taken_from[task_id].add(trainee_id)
    return tuple(
        TaskFacts(
            id=task.pk,
            minutes=task.minutes,
            opens_at=task.opens_at,
            closes_at=task.closes_at,
            abilities=frozenset(a.code for a in task.template.abilities.all()),
            conflicts=frozenset(limit.code for limit in task.template.conflicts.all()),
            without=frozenset(taken_from[task.pk]),
        )
        for task in tasks
    )


def _trainee(trainee: Trainee) -> TraineeFacts:
    return TraineeFacts(
        id=trainee.pk,
        born_on=trainee.born_on,
        project_since=trainee.project_since,
        project_until=trainee.project_until,
        weekly_minutes=trainee.weekly_minutes,
        abilities=frozenset(ability.code for ability in trainee.abilities.all()),
        limits=trainee.limits,
        slots=_slots(trainee),
    )


def _tutor(tutor: Tutor) -> TutorFacts:
    return TutorFacts(
        id=tutor.pk,
        trainees_at_once=tutor.trainees_at_once,
        since=tutor.since,
        until=tutor.until,
        slots=_slots(tutor),
    )


def _slots(person: Trainee | Tutor) -> tuple[Slot, ...]:
    return tuple(Slot(slot.weekday, slot.starts, slot.ends) for slot in person.slots.all())
