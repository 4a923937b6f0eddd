"""Who is there and when: services, trainees, tutors, their weekly hours.

A change that makes something planned impossible takes it back in the same transaction: nobody is
expected at a task that their project does not allow any more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, TypedDict

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace import wording
from marketplace.api.entities import not_found
from marketplace.people.accounts import account_claim
from marketplace.people.actor import Actor
from marketplace.people.models import Membership, Organisation, OrganisationKind, Role
from marketplace.refusals import Refusal
from marketplace.territory.models import Comune
from marketplace.territory.selectors import comuni_within
from plugins.sfa_logistics.models import (
    Ability,
    AgeRule,
    Limit,
    ServedComune,
    Trainee,
    TraineeSlot,
    TrainingService,
    Tutor,
    TutorSlot,
)
from plugins.sfa_logistics.roster import Slot, age_on
from plugins.sfa_logistics.services.plans import plan_recheck, service_lock

MOST_MINUTES_A_WEEK = 7 * 24 * 60
MOST_TRAINEES_AT_ONCE = 50
LONGEST_NOTES = 4_000


class TraineeData(TypedDict, total=False):
    """What may be said of a trainee; what is left out stays as it is.

    ``abilities`` and ``limits`` are codes; ``email`` is that of the trainee's own account.
    """

    first_name: str
    born_on: date
    project_since: date
    project_until: date | None
    weekly_minutes: int
    abilities: Collection[str]
    limits: Collection[str]
    notes: str
    email: str | None


@transaction.atomic
def service_create(*, actor: Actor, name: str, comune_id: int, km: float) -> TrainingService:
    """Make a training service that works in the comuni within ``km`` of its own; by an operator."""
    actor.require(Role.OPERATOR)
    comune = Comune.objects.filter(pk=comune_id).first()
    if comune is None:
        raise not_found("Comune", field="comune")
    organisation = Organisation.objects.create(
        kind=OrganisationKind.TRAINING_SERVICE, name=_name(name), comune=comune
    )
    service = TrainingService.objects.create(organisation=organisation, comune=comune)
    _serve(service, km)
    return service


@transaction.atomic
def service_serve(*, actor: Actor, service_id: int, km: float) -> TrainingService:
    """Let a service work in the comuni within ``km`` of its own and no others, from now on."""
    if not actor.has(Role.OPERATOR):
        actor.require(Role.SFA_COORDINATOR, organisation_id=service_id)
    service_lock(service_id)
    service = TrainingService.objects.select_related("comune").get(pk=service_id)
    _serve(service, km)
    return service


@transaction.atomic
def trainee_create(*, actor: Actor, service_id: int, data: TraineeData) -> Trainee:
    """Take somebody into a service's training, by its coordinator.

    Raises:
        Refusal: PERMISSION_DENIED, NAME_MISSING, PROJECT_DATES_INVALID, AGE_NOT_ALLOWED,
            WEEKLY_MINUTES_INVALID, NOTES_TOO_LONG, ABILITY_UNKNOWN, LIMIT_UNKNOWN,
            USER_UNKNOWN, USER_TAKEN.
    """
    actor.require(Role.SFA_COORDINATOR, organisation_id=service_id)
    service_lock(service_id)
    trainee = Trainee(service_id=service_id, weekly_minutes=0)
    return _trainee_save(trainee, data)


@transaction.atomic
def trainee_update(
    *, actor: Actor, trainee_id: int, data: TraineeData, now: datetime | None = None
) -> Trainee:
    """Change what is known of a trainee; planned tasks that it forbids are taken back.

    Raises:
        Refusal: NOT_FOUND, and those of :func:`trainee_create`.
    """
    trainee = _own(actor, Trainee, trainee_id, "Trainee")
    service_lock(trainee.service_id)
    _trainee_save(trainee, data)
    plan_recheck(trainee.service_id, now or timezone.now())
    return trainee


@transaction.atomic
def tutor_create(
    *, actor: Actor, service_id: int, email: str, trainees_at_once: int, since: date | None = None
) -> Tutor:
    """Make the person with that account a tutor of the service, by its coordinator.

    Raises:
        Refusal: PERMISSION_DENIED, USER_UNKNOWN, USER_TAKEN, TRAINEES_AT_ONCE_INVALID.
    """
    actor.require(Role.SFA_COORDINATOR, organisation_id=service_id)
    service_lock(service_id)
    since = since or timezone.localdate()
    user_id = _user_id(email)
    if Tutor.objects.filter(user=user_id, until__isnull=True).exists() or (
        Tutor.objects.filter(user=user_id, until__gte=since).exists()
    ):
        raise _user_taken()
    tutor = Tutor.objects.create(
        service_id=service_id,
        user_id=user_id,
        trainees_at_once=_trainees_at_once(trainees_at_once),
        since=since,
    )
    _member(user_id, service_id, Role.TUTOR, since)
    return tutor


@transaction.atomic
def tutor_update(
    *,
    actor: Actor,
    tutor_id: int,
    trainees_at_once: int | None = None,
    until: date | None = None,
    now: datetime | None = None,
) -> Tutor:
    """Change how many trainees a tutor is there for, or their last day; plans follow.

    Raises:
        Refusal: NOT_FOUND, TRAINEES_AT_ONCE_INVALID, DATES_INVALID.
    """
    tutor = _own(actor, Tutor, tutor_id, "Tutor")
    service_lock(tutor.service_id)
    if trainees_at_once is not None:
        tutor.trainees_at_once = _trainees_at_once(trainees_at_once)
    if until is not None:
        if until < tutor.since:
            raise Refusal(
                "DATES_INVALID",
                _("The last day comes before the first. Check both."),
                field="until",
            )
        tutor.until = until
        Membership.objects.filter(
            user=tutor.user_id,
            organisation=tutor.service_id,
            role=Role.TUTOR.value,
            until__isnull=True,
        ).update(until=until)
    tutor.save()
    plan_recheck(tutor.service_id, now or timezone.now())
    return tutor


@transaction.atomic
def availability_set(
    *,
    actor: Actor,
    slots: Sequence[Slot],
    trainee_id: int | None = None,
    tutor_id: int | None = None,
    now: datetime | None = None,
) -> Trainee | Tutor:
    """Replace the weekly hours of a trainee or of a tutor (one of the two is given).

    Raises:
        Refusal: NOT_FOUND, AVAILABILITY_OF_WHOM, SLOT_INVALID, SLOTS_OVERLAP.
    """
    if (trainee_id is None) == (tutor_id is None):
        raise Refusal(
            "AVAILABILITY_OF_WHOM", _("Say whose hours they are: a trainee's or a tutor's.")
        )
    _slots_check(slots)
    person: Trainee | Tutor
    if trainee_id is not None:
        person = _own(actor, Trainee, trainee_id, "Trainee")
        model, owner = TraineeSlot, {"trainee": person}
    else:
        person = _own(actor, Tutor, tutor_id, "Tutor")
        model, owner = TutorSlot, {"tutor": person}
    service_lock(person.service_id)
    model.objects.filter(**owner).delete()
    model.objects.bulk_create(
        model(weekday=slot.weekday, starts=slot.starts, ends=slot.ends, **owner) for slot in slots
    )
    plan_recheck(person.service_id, now or timezone.now())
    return person


def _serve(service: TrainingService, km: float) -> None:
    ServedComune.objects.filter(service=service).delete()
    ServedComune.objects.bulk_create(
        ServedComune(service=service, comune=near.comune, km=near.km)
        for near in comuni_within(service.comune, km=km)
    )


def _own(actor: Actor, model: Any, pk: int | None, type_name: str) -> Any:
    """A person of a service that the actor coordinates."""
    found = model.objects.filter(
        pk=pk, service__in=actor.organisations(Role.SFA_COORDINATOR)
    ).first()
    if found is None:
        raise not_found(type_name)
    return found


def _trainee_save(trainee: Trainee, data: TraineeData) -> Trainee:
    plain = ("first_name", "born_on", "project_since", "project_until", "weekly_minutes", "notes")
    for name in plain:
        if name in data:
            setattr(trainee, name, data[name])  # type: ignore[literal-required]
    trainee.first_name = _name(trainee.first_name)
    _notes_check(data.get("notes", ""))
    if "limits" in data:
        trainee.limits_set(_known(Limit, data["limits"], "LIMIT_UNKNOWN", "limits"))
    if email := data.get("email"):
        trainee.user_id = _trainee_user_id(trainee, email)
    _project_check(trainee)
    if data.keys() & {"born_on", "project_since", "project_until"}:
        _age_check(trainee)
    trainee.save()
    if "abilities" in data:
        codes = _known(Ability, data["abilities"], "ABILITY_UNKNOWN", "abilities")
        trainee.abilities.set(Ability.objects.filter(code__in=codes))
    if trainee.user_id is not None:
        _member(trainee.user_id, trainee.service_id, Role.TRAINEE, trainee.project_since)
    return trainee


def _project_check(trainee: Trainee) -> None:
    since, until = trainee.project_since, trainee.project_until
    if until is not None and until < since:
        raise Refusal(
            "PROJECT_DATES_INVALID",
            _("The last day comes before the first. Check both."),
            field="projectUntil",
        )
    if not 1 <= trainee.weekly_minutes <= MOST_MINUTES_A_WEEK:
        raise Refusal(
            "WEEKLY_MINUTES_INVALID",
            _("Say how many minutes a week the project allows, at least 1."),
            field="weeklyMinutes",
        )


def _notes_check(notes: str) -> None:
    if len(notes) > LONGEST_NOTES:
        raise Refusal(
            "NOTES_TOO_LONG",
            _("Write notes of at most %(most)s characters.") % {"most": LONGEST_NOTES},
            field="notes",
        )


def _age_check(trainee: Trainee) -> None:
    """The age must be allowed today, or on the project's first day where it is not going on."""
    since, until, today = trainee.project_since, trainee.project_until, timezone.localdate()
    day = since if until is not None and until < today else max(since, today)
    rule = AgeRule.objects.filter(valid_from__lte=day).exclude(valid_until__lt=day).first()
    if rule is None:
        raise Refusal(
            "AGE_RULE_MISSING",
            _("No rule says which ages are allowed on %(day)s. Add one.")
            % {"day": wording.day(day)},
            field="bornOn",
        )
    if not rule.from_age <= age_on(trainee.born_on, day) <= rule.to_age:
        raise Refusal(
            "AGE_NOT_ALLOWED",
            _("On %(day)s the person must be between %(from)s and %(to)s years old.")
            % {"day": wording.day(day), "from": rule.from_age, "to": rule.to_age},
            field="bornOn",
        )


def _known(model: Any, codes: Collection[str], refusal: str, field: str) -> list[str]:
    """The codes, in order; refused where one is not in the service's vocabulary."""
    wanted = sorted(set(codes))
    known = set(model.objects.filter(code__in=wanted).values_list("code", flat=True))
    unknown = [code for code in wanted if code not in known]
    if unknown:
        raise Refusal(
            refusal,
            _("There is no such code: %(codes)s. Choose among those there are.")
            % {"codes": ", ".join(unknown)[:200]},
            field=field,
        )
    return wanted


def _name(name: str) -> str:
    if not name or not name.strip():
        raise Refusal("NAME_MISSING", _("Give a name."), field="name")
    return name.strip()[:80]


def _trainees_at_once(number: int) -> int:
    if not 1 <= number <= MOST_TRAINEES_AT_ONCE:
        raise Refusal(
            "TRAINEES_AT_ONCE_INVALID",
            _("A tutor is there for 1 to %(most)s trainees at once.")
            % {"most": MOST_TRAINEES_AT_ONCE},
            field="traineesAtOnce",
        )
    return number


def _user_id(email: str) -> int:
    user = get_user_model().objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise Refusal(
            "USER_UNKNOWN",
            _("Nobody is registered with this e-mail address. Ask them to register first."),
            field="email",
        )
    found: int = user.pk
    return found


def _trainee_user_id(trainee: Trainee, email: str) -> int:
    user_id = _user_id(email)
    if Trainee.objects.filter(user=user_id).exclude(pk=trainee.pk).exists():
        raise _user_taken()
    return user_id


def _user_taken() -> Refusal:
    return Refusal(
        "USER_TAKEN", _("This account already belongs to somebody in an SFA."), field="email"
    )


def _member(user_id: int, service_id: int, role: Role, since: date) -> None:
    account_claim(get_user_model().objects.get(pk=user_id))
    Membership.objects.get_or_create(
        user_id=user_id,
        organisation_id=service_id,
        role=role.value,
        until=None,
        defaults={"since": since},
    )


def _slots_check(slots: Sequence[Slot]) -> None:
    for slot in slots:
        if not 0 <= slot.weekday <= 6 or slot.starts >= slot.ends:
            raise Refusal(
                "SLOT_INVALID",
                _("A slot is on a weekday from 0 (Monday) to 6 and ends after it starts."),
                field="slots",
            )
    ordered = sorted(slots, key=lambda slot: (slot.weekday, slot.starts))
    for one, following in pairwise(ordered):
        if one.weekday == following.weekday and following.starts < one.ends:
            raise Refusal("SLOTS_OVERLAP", _("Two slots overlap. Make them one."), field="slots")
