"""Training services and their people: trainees with a project, tutors, when each is there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from marketplace.people.encryption import EncryptedTextField
from marketplace.people.models import Organisation
from marketplace.territory.models import Comune
from plugins.sfa_logistics.models.ranges import validity


class NamedCode(models.Model):
    """A word of the SFA's own vocabulary: a row, so that a service adds one without a release."""

    code = models.CharField(max_length=40, unique=True)
    name_it = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)

    class Meta:
        abstract = True
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """The name in the language of the request; Italian where there is no other."""
        return self.name_en if (get_language() or "it").startswith("en") else self.name_it


class Ability(NamedCode):
    """Something a person can do and a task may ask for ("reads an address")."""


class Limit(NamedCode):
    """Something a person must not be asked to do ("nothing above 5 kg", "no stairs")."""


class AgeRule(models.Model):
    """Between which ages, in completed years, somebody may be with an SFA; one in force a day."""

    from_age = models.PositiveSmallIntegerField()
    to_age = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("valid_from",)
        constraints = [
            models.CheckConstraint(check=Q(to_age__gte=F("from_age")), name="age_rule_in_order"),
            ExclusionConstraint(
                name="age_rule_one_at_a_time", expressions=[(validity(), RangeOperators.OVERLAPS)]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_age}-{self.to_age} from {self.valid_from}"


class TrainingService(models.Model):
    """The SFA's own facts about an organisation of the kind TRAINING_SERVICE."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, primary_key=True, related_name="training_service"
    )
    comune = models.ForeignKey(Comune, on_delete=models.PROTECT, related_name="+")
    comuni = models.ManyToManyField(
        Comune, through="ServedComune", related_name="training_services"
    )

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"training service {self.pk}"


class ServedComune(models.Model):
    """A comune that a service works in; where two do, a task goes to the nearer one."""

    service = models.ForeignKey(TrainingService, on_delete=models.CASCADE, related_name="served")
    comune = models.ForeignKey(Comune, on_delete=models.PROTECT, related_name="served_by")
    km = models.FloatField("kilometres from where the service works")

    class Meta:
        ordering = ("km", "pk")
        constraints = [
            models.UniqueConstraint(fields=["service", "comune"], name="comune_served_once"),
            models.CheckConstraint(check=Q(km__gte=0), name="served_at_no_negative_distance"),
        ]

    def __str__(self) -> str:
        return f"{self.comune_id} served by {self.service_id}"


class Trainee(models.Model):
    """A person in training, with an individual project.

    What a person cannot do says something about their health (GDPR art. 9): limits and notes rest
    encrypted, and who reads them is logged.
    """

    service = models.ForeignKey(TrainingService, on_delete=models.PROTECT, related_name="trainees")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    first_name = models.CharField(max_length=80)
    born_on = models.DateField()
    project_since = models.DateField()
    project_until = models.DateField(null=True, blank=True)
    weekly_minutes = models.PositiveSmallIntegerField("most minutes of tasks in a week")
    abilities = models.ManyToManyField(Ability, blank=True, related_name="trainees")
    limits_json: Any = EncryptedTextField("codes of limits, a JSON list", blank=True, default=b"")
    notes = EncryptedTextField(blank=True, default=b"")

    class Meta:
        ordering = ("first_name", "pk")
        constraints = [
            models.CheckConstraint(
                check=Q(project_until__isnull=True) | Q(project_until__gte=F("project_since")),
                name="trainee_project_ends_after_it_begins",
            ),
            models.CheckConstraint(
                check=Q(weekly_minutes__gt=0, weekly_minutes__lte=7 * 24 * 60),
                name="trainee_weekly_minutes_fit_a_week",
            ),
        ]

    def __str__(self) -> str:
        return f"trainee {self.pk}"

    @property
    def limits(self) -> frozenset[str]:
        """Codes of the limits. For planning; a person reads them by ``read_sensitive``."""
        return frozenset(json.loads(self.limits_json or "[]"))

    def limits_set(self, codes: Iterable[str]) -> None:
        """Replace the limits; the caller saves."""
        self.limits_json = json.dumps(sorted(codes))


class Tutor(models.Model):
    """An educator who is there while trainees work, for so many at once."""

    service = models.ForeignKey(TrainingService, on_delete=models.PROTECT, related_name="tutors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    trainees_at_once = models.PositiveSmallIntegerField()
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            # One person cannot be there for two services at the same time.
            ExclusionConstraint(
                name="tutor_in_one_service",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (validity("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                check=Q(trainees_at_once__gt=0), name="tutor_is_there_for_somebody"
            ),
            models.CheckConstraint(
                check=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="tutor_ends_after_begin",
            ),
        ]

    def __str__(self) -> str:
        return f"tutor {self.pk}"


class WeeklySlot(models.Model):
    """Hours of a weekday, by the clock on the wall, in which somebody is there every week."""

    weekday = models.PositiveSmallIntegerField("0 is Monday")
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        abstract = True
        ordering = ("weekday", "starts")

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts}-{self.ends}"


class TraineeSlot(WeeklySlot):
    trainee = models.ForeignKey(Trainee, on_delete=models.CASCADE, related_name="slots")

    class Meta(WeeklySlot.Meta):
        constraints = [
            models.CheckConstraint(
                check=Q(weekday__lte=6, ends__gt=F("starts")), name="trainee_slot_in_a_day"
            )
        ]


class TutorSlot(WeeklySlot):
    tutor = models.ForeignKey(Tutor, on_delete=models.CASCADE, related_name="slots")

    class Meta(WeeklySlot.Meta):
        constraints = [
            models.CheckConstraint(
                check=Q(weekday__lte=6, ends__gt=F("starts")), name="tutor_slot_in_a_day"
            )
        ]
