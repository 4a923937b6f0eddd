"""The SFA's operations. Who may: the service's coordinator; tutors and trainees for their own."""

from __future__ import annotations

from typing import Any

import graphene
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.api import access
from marketplace.api.entities import from_global, from_global_text, not_found
from marketplace.api.fields import connection, field
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.refusals import Refusal
from plugins.sfa_logistics import selectors
from plugins.sfa_logistics.models import Ability, Limit, Task, TaskStatus
from plugins.sfa_logistics.mutations import SfaMutations
from plugins.sfa_logistics.types import (
    PreparedTask,
    ReasonCount,
    SfaTaskType,
    TraineeFile,
    TraineeType,
    TrainingServiceType,
    TutorType,
    Word,
)

SFA_PEOPLE = (Role.SFA_COORDINATOR, Role.TUTOR, Role.TRAINEE)


class Vocabulary(graphene.ObjectType):
    """The words that trainees and tasks are described with."""

    class Meta:
        name = "SfaVocabulary"

    abilities = graphene.List(graphene.NonNull(Word), required=True)
    limits = graphene.List(graphene.NonNull(Word), required=True)


def resolve_services(info: Any, actor: Actor) -> Any:
    return selectors.training_services()


def resolve_sfa_tasks(
    info: Any, actor: Actor, status: str | None = None, order: str | None = None
) -> QuerySet[Task]:
    tasks = selectors.tasks_for_coordinator(actor)
    if order is not None:
        tasks = tasks.filter(order_id=from_global_text(order, "Order", field="order"))
    if status is None:
        return tasks
    if status not in set(TaskStatus):
        raise Refusal(
            "INVALID_STATUS",
            _("Choose a status among %(known)s.") % {"known": ", ".join(TaskStatus)},
            field="status",
        )
    return tasks.filter(status=status)


def resolve_my_tasks(info: Any, actor: Actor) -> QuerySet[Task]:
    return selectors.tasks_of(actor)


def resolve_order_tasks(info: Any, actor: Actor, order: str) -> QuerySet[Task]:
    return selectors.tasks_of_order(actor, from_global_text(order, "Order", field="order"))


def resolve_trainees(info: Any, actor: Actor) -> Any:
    return selectors.trainees_for(actor)


def resolve_tutors(info: Any, actor: Actor) -> Any:
    return selectors.tutors_for(actor)


def resolve_trainee_file(info: Any, actor: Actor, id: str, why: str) -> dict[str, Any]:
    if not why.strip():
        raise Refusal("REASON_MISSING", _("Say why you open this file."), field="why")
    trainee = selectors.trainees_for(actor).filter(pk=from_global(id, "Trainee")).first()
    if trainee is None:
        raise not_found("Trainee")
    return {"trainee": trainee, "why": why.strip()[:200]}


def resolve_reasons(info: Any, actor: Actor) -> list[dict[str, Any]]:
    return selectors.reasons_for(actor)


def resolve_vocabulary(info: Any, actor: Actor) -> dict[str, Any]:
    return {"abilities": Ability.objects.all(), "limits": Limit.objects.all()}


class Queries(graphene.ObjectType):
    training_services = connection(
        TrainingServiceType,
        roles=access.SIGNED_IN,
        resolver=resolve_services,
        description="The training services of the territory and the comuni they work in.",
    )
    sfa_tasks = connection(
        SfaTaskType,
        roles=(Role.SFA_COORDINATOR, Role.OPERATOR),
        resolver=resolve_sfa_tasks,
        description="Tasks of the services that I coordinate; to an operator, those of no service.",
        status=graphene.String(description="open, assigned, done or cancelled."),
        order=graphene.ID(description="Only the tasks of this order."),
    )
    my_tasks = connection(
        SfaTaskType,
        roles=(Role.TUTOR, Role.TRAINEE),
        resolver=resolve_my_tasks,
        description="What I do as a trainee, or am there for as a tutor.",
    )
    order_tasks = field(
        graphene.List(graphene.NonNull(PreparedTask)),
        roles=access.SIGNED_IN,
        resolver=resolve_order_tasks,
        description="What the SFA does for an order of mine, or for my part of one that I sell.",
        order=graphene.ID(required=True),
    )
    sfa_trainees = connection(
        TraineeType,
        roles=(Role.SFA_COORDINATOR,),
        resolver=resolve_trainees,
        description="Trainees of the services that I coordinate.",
    )
    sfa_tutors = connection(
        TutorType,
        roles=(Role.SFA_COORDINATOR,),
        resolver=resolve_tutors,
        description="Tutors of the services that I coordinate.",
    )
    trainee_file = field(
        TraineeFile,
        roles=(Role.SFA_COORDINATOR,),
        resolver=resolve_trainee_file,
        description="Limits and notes of a trainee; each reading is logged with who, when and why.",
        id=graphene.ID(required=True),
        why=graphene.String(required=True, description="Why it is opened, in a few words."),
    )
    unassigned_reasons = field(
        graphene.List(graphene.NonNull(ReasonCount)),
        roles=(Role.SFA_COORDINATOR,),
        resolver=resolve_reasons,
        description="How many tasks wait for each reason.",
    )
    sfa_vocabulary = field(
        Vocabulary,
        roles=SFA_PEOPLE,
        resolver=resolve_vocabulary,
        description="Abilities and limits that trainees and tasks are described with.",
    )


class Mutations(SfaMutations):
    pass
