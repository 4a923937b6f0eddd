"""The SFA's mutations: the API's side of ``services``."""

from __future__ import annotations

from datetime import time
from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import from_global
from marketplace.api.mutations import WelfareMutation
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.refusals import Refusal
from plugins.sfa_logistics import selectors
from plugins.sfa_logistics.models import Task
from plugins.sfa_logistics.roster import Slot
from plugins.sfa_logistics.services import people, plans, tasks
from plugins.sfa_logistics.types import SfaTaskType, TraineeType, TrainingServiceType, TutorType

COORDINATOR = (Role.SFA_COORDINATOR,)


class TraineeCreateInput(graphene.InputObjectType):
    first_name = graphene.String(required=True)
    born_on = graphene.Date(required=True)
    project_since = graphene.Date(required=True)
    project_until = graphene.Date()
    weekly_minutes = graphene.Int(required=True, description="Most minutes of tasks in a week.")
    abilities = graphene.List(graphene.NonNull(graphene.String), description="Codes.")
    limits = graphene.List(graphene.NonNull(graphene.String), description="Codes.")
    notes = graphene.String()
    email = graphene.String(description="Of the trainee's own account, where there is one.")


class TraineeUpdateInput(graphene.InputObjectType):
    """What is left out stays as it is."""

    first_name = graphene.String()
    born_on = graphene.Date()
    project_since = graphene.Date()
    project_until = graphene.Date()
    weekly_minutes = graphene.Int(description="Most minutes of tasks in a week.")
    abilities = graphene.List(graphene.NonNull(graphene.String), description="Codes.")
    limits = graphene.List(graphene.NonNull(graphene.String), description="Codes.")
    notes = graphene.String()
    email = graphene.String(description="Of the trainee's own account.")


class SlotInput(graphene.InputObjectType):
    weekday = graphene.Int(required=True, description="0 is Monday.")
    starts = graphene.String(required=True, description="Wall clock, as 09:00.")
    ends = graphene.String(required=True, description="Wall clock, as 12:30.")


class TrainingServiceCreate(WelfareMutation):
    class Meta:
        description = "Make a training service and let it work in the comuni around."
        roles = (Role.OPERATOR,)

    class Arguments:
        name = graphene.String(required=True)
        comune = graphene.ID(required=True, description="Where it works from.")
        km = graphene.Float(required=True, description="It works in the comuni within so many km.")

    training_service = graphene.Field(TrainingServiceType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        service = people.service_create(
            actor=actor,
            name=data["name"],
            comune_id=from_global(data["comune"], "Comune", field="comune"),
            km=data["km"],
        )
        return cls(training_service=service)


class TrainingServiceServe(WelfareMutation):
    class Meta:
        description = "Let a service work in the comuni within a distance, and in no others."
        roles = (Role.SFA_COORDINATOR, Role.OPERATOR)

    class Arguments:
        service = graphene.ID(required=True)
        km = graphene.Float(required=True)

    training_service = graphene.Field(TrainingServiceType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        served = people.service_serve(
            actor=actor, service_id=_service_id(data["service"]), km=data["km"]
        )
        return cls(training_service=served)


class TraineeCreate(WelfareMutation):
    class Meta:
        description = "Take somebody into a service's training."
        roles = COORDINATOR

    class Arguments:
        service = graphene.ID(required=True)
        input = TraineeCreateInput(required=True)

    trainee = graphene.Field(TraineeType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        trainee = people.trainee_create(
            actor=actor,
            service_id=_service_id(data["service"]),
            data=_trainee_data(data["input"]),
        )
        return cls(trainee=trainee)


class TraineeUpdate(WelfareMutation):
    class Meta:
        description = "Change what is known of a trainee; planned tasks it forbids are taken back."
        roles = COORDINATOR

    class Arguments:
        id = graphene.ID(required=True)
        input = TraineeUpdateInput(required=True)

    trainee = graphene.Field(TraineeType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        trainee = people.trainee_update(
            actor=actor,
            trainee_id=from_global(data["id"], "Trainee"),
            data=_trainee_data(data["input"]),
        )
        return cls(trainee=trainee)


class TutorCreate(WelfareMutation):
    class Meta:
        description = "Make a registered person a tutor of a service."
        roles = COORDINATOR

    class Arguments:
        service = graphene.ID(required=True)
        email = graphene.String(required=True)
        trainees_at_once = graphene.Int(required=True)
        since = graphene.Date()

    tutor = graphene.Field(TutorType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        service_id = _service_id(data.pop("service"))
        return cls(tutor=people.tutor_create(actor=actor, service_id=service_id, **data))


class TutorUpdate(WelfareMutation):
    class Meta:
        description = "Change how many trainees a tutor is there for, or their last day."
        roles = COORDINATOR

    class Arguments:
        id = graphene.ID(required=True)
        trainees_at_once = graphene.Int()
        until = graphene.Date()

    tutor = graphene.Field(TutorType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        tutor_id = from_global(data.pop("id"), "Tutor")
        return cls(tutor=people.tutor_update(actor=actor, tutor_id=tutor_id, **data))


class AvailabilitySet(WelfareMutation):
    class Meta:
        description = "Replace the weekly hours of a trainee or of a tutor."
        roles = COORDINATOR

    class Arguments:
        trainee = graphene.ID()
        tutor = graphene.ID()
        slots = graphene.List(graphene.NonNull(SlotInput), required=True)

    trainee = graphene.Field(TraineeType)
    tutor = graphene.Field(TutorType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        trainee, tutor = data.get("trainee"), data.get("tutor")
        person = people.availability_set(
            actor=actor,
            slots=[_slot(slot) for slot in data["slots"]],
            trainee_id=from_global(trainee, "Trainee", field="trainee") if trainee else None,
            tutor_id=from_global(tutor, "Tutor", field="tutor") if tutor else None,
        )
        return cls(trainee=person) if trainee else cls(tutor=person)


class TasksAssign(WelfareMutation):
    class Meta:
        description = "Plan a service's open tasks; those left open say why."
        roles = COORDINATOR

    class Arguments:
        service = graphene.ID(required=True)

    assigned = graphene.Int(description="Tasks that somebody was given.")
    unassigned = graphene.Int(description="Tasks that stay open, each with a reason.")

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        run = plans.tasks_assign(actor=actor, service_id=_service_id(data["service"]))
        return cls(assigned=run.assigned, unassigned=run.unassigned)


class TaskMutation(WelfareMutation):
    """A mutation of one task, by its id."""

    class Meta:
        abstract = True

    class Arguments:
        id = graphene.ID(required=True)

    task = graphene.Field(SfaTaskType)

    @classmethod
    def shown(cls, actor: Actor, task: Task) -> Any:
        """The payload, with the task as the actor may see it, if they still may."""
        seen = selectors.tasks_for_coordinator(actor).filter(pk=task.pk).first()
        return cls(task=seen or selectors.tasks_of(actor).filter(pk=task.pk).first())


class TaskComplete(TaskMutation):
    class Meta:
        description = "Record that a task is done; by the coordinator or its tutor."
        roles = (Role.SFA_COORDINATOR, Role.TUTOR)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        task_id = from_global(data["id"], "SfaTask")
        return cls.shown(actor, tasks.task_complete(actor=actor, task_id=task_id))


class TaskReassign(TaskMutation):
    class Meta:
        description = "Take a task from who has it and give it to somebody else who may do it."
        roles = (Role.SFA_COORDINATOR, Role.TUTOR)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        task_id = from_global(data["id"], "SfaTask")
        return cls.shown(actor, tasks.task_reassign(actor=actor, task_id=task_id))


class TaskCancel(TaskMutation):
    class Meta:
        description = "Cancel a task that is not needed any more."
        roles = COORDINATOR

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        return cls.shown(
            actor, tasks.task_cancel(actor=actor, task_id=from_global(data["id"], "SfaTask"))
        )


class SfaMutations(graphene.ObjectType):
    training_service_create = TrainingServiceCreate.Field()
    training_service_serve = TrainingServiceServe.Field()
    trainee_create = TraineeCreate.Field()
    trainee_update = TraineeUpdate.Field()
    tutor_create = TutorCreate.Field()
    tutor_update = TutorUpdate.Field()
    availability_set = AvailabilitySet.Field()
    tasks_assign = TasksAssign.Field()
    task_complete = TaskComplete.Field()
    task_reassign = TaskReassign.Field()
    task_cancel = TaskCancel.Field()


def _service_id(gid: str) -> int:
    return from_global(gid, "TrainingService", field="service")


def _trainee_data(given: Any) -> people.TraineeData:
    """The input without what was sent as null, except the one thing that may be taken away."""
    kept = {k: v for k, v in given.items() if v is not None or k == "project_until"}
    return people.TraineeData(**kept)  # type: ignore[typeddict-item]


def _slot(given: Any) -> Slot:
    try:
        return Slot(
            given["weekday"], time.fromisoformat(given["starts"]), time.fromisoformat(given["ends"])
        )
    except ValueError:
        raise Refusal("SLOT_INVALID", _("Write hours as 09:00 and 12:30."), field="slots") from None
