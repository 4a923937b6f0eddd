"""What the API shows of the SFA.

Two faces of a task: ``SfaTask`` for the service's own people, ``PreparedTask`` for whoever ordered
or sells the goods. The second has no field that leads to a person, and must never get one.
"""

from __future__ import annotations

import json
from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api import access
from marketplace.api.entities import Entity
from marketplace.people.encryption import read_sensitive
from marketplace.people.schema import Organisation
from marketplace.territory.schema import ComuneType
from plugins.sfa_logistics import models, reasons


class Word(graphene.ObjectType):
    """A word of the SFA's vocabulary, in the language of the request."""

    class Meta:
        name = "SfaWord"

    code = graphene.String(required=True)
    name = graphene.String(required=True)


def words() -> Any:
    return graphene.List(graphene.NonNull(Word), required=True)


class ServedComuneType(graphene.ObjectType):
    """A comune that a service works in."""

    class Meta:
        name = "ServedComune"

    comune = graphene.Field(ComuneType, required=True)
    km = graphene.Float(required=True, description="Kilometres from where the service works.")


class TrainingServiceType(Entity):
    """A Servizio di Formazione all'Autonomia and where it works."""

    class Meta:
        name = "TrainingService"
        noun = _("a training service")

    name = graphene.String(required=True)
    comune = graphene.Field(ComuneType, required=True)
    served = graphene.List(graphene.NonNull(ServedComuneType), required=True)

    @staticmethod
    def resolve_name(root: Any, info: Any) -> str:
        return root.organisation.name

    @staticmethod
    def resolve_served(root: Any, info: Any) -> Any:
        return root.served.all()


class SlotType(graphene.ObjectType):
    """Hours of a weekday in which somebody is there every week."""

    class Meta:
        name = "WeeklySlot"

    weekday = graphene.Int(required=True, description="0 is Monday.")
    starts = graphene.String(required=True, description="Wall clock, as 09:00.")
    ends = graphene.String(required=True, description="Wall clock, as 12:30.")

    @staticmethod
    def resolve_starts(root: Any, info: Any) -> str:
        return root.starts.strftime("%H:%M")

    @staticmethod
    def resolve_ends(root: Any, info: Any) -> str:
        return root.ends.strftime("%H:%M")


def slots(person: Any, info: Any) -> Any:
    return person.slots.all()


class TraineeRef(Entity):
    """A trainee, as far as those who work with them need to know."""

    class Meta:
        name = "TraineeRef"

    first_name = graphene.String(required=True)


class TraineeType(Entity):
    """A trainee of a service, to its coordinator; what says something about health is not here."""

    class Meta:
        name = "Trainee"
        noun = _("a trainee")

    first_name = graphene.String(required=True)
    born_on = graphene.Date(required=True)
    project_since = graphene.Date(required=True)
    project_until = graphene.Date()
    weekly_minutes = graphene.Int(required=True)
    abilities = words()
    slots = graphene.List(graphene.NonNull(SlotType), required=True, resolver=slots)

    @staticmethod
    def resolve_abilities(root: Any, info: Any) -> Any:
        return root.abilities.all()


class TraineeFile(graphene.ObjectType):
    """What rests encrypted about a trainee; opening it is logged with the reason given."""

    trainee = graphene.Field(TraineeType, required=True)
    limits = words()
    notes = graphene.String(required=True)

    @staticmethod
    def resolve_limits(root: Any, info: Any) -> Any:
        text = read_sensitive(
            root["trainee"], "limits_json", actor=access.actor_from(info), why=root["why"]
        )
        return models.Limit.objects.filter(code__in=json.loads(text or "[]"))

    @staticmethod
    def resolve_notes(root: Any, info: Any) -> str:
        return read_sensitive(
            root["trainee"], "notes", actor=access.actor_from(info), why=root["why"]
        )


class TutorType(Entity):
    """An educator who is there while trainees work."""

    class Meta:
        name = "Tutor"
        noun = _("a tutor")

    name = graphene.String(required=True)
    trainees_at_once = graphene.Int(required=True)
    since = graphene.Date(required=True)
    until = graphene.Date()
    slots = graphene.List(graphene.NonNull(SlotType), required=True, resolver=slots)

    @staticmethod
    def resolve_name(root: Any, info: Any) -> str:
        return _name(root)


class TutorRef(Entity):
    """A tutor, to those who work with them."""

    class Meta:
        name = "TutorRef"

    name = graphene.String(required=True)

    @staticmethod
    def resolve_name(root: Any, info: Any) -> str:
        return _name(root)


def _name(tutor: models.Tutor) -> str:
    user = tutor.user
    return " ".join(filter(None, (user.first_name, user.last_name))) or user.email


class AssignmentType(graphene.ObjectType):
    """Who does a task, when, and which tutor is there."""

    class Meta:
        name = "SfaAssignment"

    trainee = graphene.Field(TraineeRef, required=True)
    tutor = graphene.Field(TutorRef, required=True)
    starts_at = graphene.DateTime(required=True)
    ends_at = graphene.DateTime(required=True)


class ReasonType(graphene.ObjectType):
    """Why a task has nobody yet."""

    class Meta:
        name = "SfaReason"

    code = graphene.String(required=True)
    message = graphene.String(required=True, description="A sentence the coordinator can act on.")


class ReasonCount(graphene.ObjectType):
    """How many tasks wait for one reason."""

    class Meta:
        name = "SfaReasonCount"

    code = graphene.String(required=True)
    tasks = graphene.Int(required=True)


class SfaTaskType(Entity):
    """A task, to the people of its service."""

    class Meta:
        name = "SfaTask"
        noun = _("a task")

    kind = graphene.String(required=True)
    name = graphene.String(required=True)
    status = graphene.String(required=True)
    quantity = graphene.Int(required=True)
    minutes = graphene.Int(required=True)
    opens_at = graphene.DateTime(required=True)
    closes_at = graphene.DateTime(required=True)
    done_at = graphene.DateTime()
    provider = graphene.Field(Organisation, required=True)
    comune = graphene.Field(ComuneType)
    asks = graphene.List(graphene.NonNull(Word), required=True, description="Abilities it asks.")
    assignment = graphene.Field(AssignmentType)
    reason = graphene.Field(ReasonType)

    @staticmethod
    def resolve_name(root: Any, info: Any) -> str:
        return root.template.name

    @staticmethod
    def resolve_asks(root: Any, info: Any) -> Any:
        return root.template.abilities.all()

    @staticmethod
    def resolve_assignment(root: Any, info: Any) -> Any:
        return next(iter(root.standing), None)

    @staticmethod
    def resolve_reason(root: Any, info: Any) -> Any:
        code = reason_code(root)
        if code is None:
            return None
        names = [ability.name for ability in root.template.abilities.all()]
        return {
            "code": code,
            "message": reasons.sentence(code, minutes=root.minutes, abilities=names),
        }


def reason_code(task: models.Task) -> str | None:
    """Why an open task has nobody; None where it has not been looked at or is not open."""
    if task.status != models.TaskStatus.OPEN.value:
        return None
    if task.service_id is None:
        return reasons.NO_SERVICE_FOR_COMUNE
    return task.reason.code if hasattr(task, "reason") else None


class PreparedTask(graphene.ObjectType):
    """A task, to who ordered or sells the goods: what, when, by which service; never by whom."""

    kind = graphene.String(required=True)
    status = graphene.String(required=True)
    opens_at = graphene.DateTime(required=True)
    closes_at = graphene.DateTime(required=True)
    provider = graphene.Field(Organisation, required=True)
    prepared_by = graphene.String(description="The name of the training service.")

    @staticmethod
    def resolve_prepared_by(root: Any, info: Any) -> str | None:
        return root.service.organisation.name if root.service else None
