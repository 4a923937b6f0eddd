"""Training services with people, and tasks for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from marketplace.people.models import Organisation, OrganisationKind, Role
from marketplace.territory.models import Comune
from plugins.sfa_logistics.checker import violations
from plugins.sfa_logistics.models import (
    Ability,
    ServedComune,
    Task,
    TaskKind,
    TaskTemplate,
    Trainee,
    TraineeSlot,
    TrainingService,
    Tutor,
    TutorSlot,
)
from plugins.sfa_logistics.selectors import bookings, roster_of
from tests.providers import factories as shop

# A Monday morning.
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
_numbers = count(1)


@dataclass
class Sfa:
    """One service and its people."""

    service: TrainingService
    coordinator: Any
    trainees: list[Trainee] = field(default_factory=list)
    tutors: list[Tutor] = field(default_factory=list)

    @property
    def pk(self) -> int:
        return self.service.pk


def service(place: Comune | None = None) -> TrainingService:
    place = place or shop.comune()
    organisation = Organisation.objects.create(
        kind=OrganisationKind.TRAINING_SERVICE, name=f"SFA {next(_numbers)}", comune=place
    )
    made = TrainingService.objects.create(organisation=organisation, comune=place)
    ServedComune.objects.create(service=made, comune=place, km=0)
    return made


def sfa(
    *, trainees: int = 2, tutors: int = 1, at_once: int = 2, place: Comune | None = None
) -> Sfa:
    made = service(place)
    whole = Sfa(made, shop.member(made.pk, Role.SFA_COORDINATOR))
    for _ in range(trainees):
        whole.trainees.append(trainee(made))
    for _ in range(tutors):
        whole.tutors.append(tutor(made, at_once=at_once))
    return whole


def trainee(
    of: TrainingService, *, abilities: Any = None, limits: Any = (), **facts: Any
) -> Trainee:
    """A trainee with an account, every ability, and every morning free."""
    made = Trainee(
        service=of,
        **{
            "user": shop.member(of.pk, Role.TRAINEE),
            "first_name": f"Trainee{next(_numbers)}",
            "born_on": date(2005, 3, 1),
            "project_since": date(2024, 1, 1),
            "weekly_minutes": 600,
            **facts,
        },
    )
    made.limits_set(limits)
    made.save()
    wanted = Ability.objects.all()
    made.abilities.set(wanted if abilities is None else wanted.filter(code__in=abilities))
    for weekday in range(7):
        TraineeSlot.objects.create(trainee=made, weekday=weekday, starts=time(9), ends=time(13))
    return made


def tutor(of: TrainingService, *, at_once: int = 2, **facts: Any) -> Tutor:
    """A tutor who is there every day."""
    person = facts.pop("user", None) or shop.member(of.pk, Role.TUTOR)
    made = Tutor.objects.create(
        service=of, user=person, trainees_at_once=at_once, since=date(2024, 1, 1), **facts
    )
    for weekday in range(7):
        TutorSlot.objects.create(tutor=made, weekday=weekday, starts=time(8), ends=time(18))
    return made


def task(of: TrainingService | None, *, now: datetime = NOW, **facts: Any) -> Task:
    number = next(_numbers)
    kind = facts.get("kind", TaskKind.PACKING.value)
    facts = {
        "order_id": f"order-{number}",
        "provider_order_id": number,
        "kind": kind,
        "quantity": 2,
        "minutes": 30,
        "opens_at": now,
        "closes_at": now + timedelta(days=3),
        "comune": shop.comune(),
        "service": of,
        **facts,
    }
    if "template" not in facts:
        facts["template"] = TaskTemplate.objects.get(kind=kind, provider__isnull=True)
    if "provider" not in facts:
        facts["provider"] = shop.provider().organisation
    return Task.objects.create(**facts)


def soon(of: TrainingService, **facts: Any) -> Task:
    """A task due from now on, by the real clock."""
    return task(of, now=timezone.now(), **facts)


def allowed(service_id: int) -> bool:
    """Everything that stands booked keeps every limit, says the checker."""
    booked = bookings(service_id, now=NOW)
    tasks = Task.objects.filter(pk__in=[b.task_id for b in booked])
    roster = roster_of(service_id, tasks, now=NOW).with_booked(())
    return violations(roster, booked) == []
