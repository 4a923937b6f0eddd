"""Tasks that orders make, who does them and when, and why some have nobody yet."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.choices import Choices
from marketplace.people.models import Organisation
from marketplace.territory.models import Comune
from plugins.sfa_logistics.models.people import Ability, Limit, Trainee, TrainingService, Tutor
from plugins.sfa_logistics.models.ranges import time, validity


class TaskKind(Choices):
    PACKING = "packing", _("Packing")
    DELIVERY = "delivery", _("Delivery")


class TaskStatus(Choices):
    OPEN = "open", _("Open")
    ASSIGNED = "assigned", _("Assigned")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class TaskTemplate(models.Model):
    """What a kind of work asks of a person and how long it takes; a provider may have its own.

    A new way of working is a new row: tasks keep the template that they were made with.
    """

    kind = models.CharField(max_length=10, choices=TaskKind.choices())
    provider = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name_it = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    minutes_once = models.PositiveSmallIntegerField("minutes, however many units", default=0)
    minutes_per_unit = models.PositiveSmallIntegerField()
    minutes_most = models.PositiveSmallIntegerField("no task is longer than this, in minutes")
    opens_after_hours = models.PositiveSmallIntegerField("after the order, it may begin")
    closes_after_hours = models.PositiveSmallIntegerField("after the order, it must have ended")
    abilities = models.ManyToManyField(Ability, blank=True, related_name="templates")
    conflicts = models.ManyToManyField(Limit, blank=True, related_name="templates")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("kind", "valid_from", "pk")
        constraints = [
            models.CheckConstraint(
                check=Q(
                    minutes_per_unit__gt=0,
                    minutes_most__gte=F("minutes_once") + F("minutes_per_unit"),
                    closes_after_hours__gt=F("opens_after_hours"),
                ),
                name="template_takes_time_and_has_a_window",
            ),
            ExclusionConstraint(
                name="template_one_at_a_time",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    (Coalesce("provider_id", 0), RangeOperators.EQUAL),
                    (validity(), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} template {self.pk}"

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "it").startswith("en") else self.name_it

    def minutes_for(self, quantity: int) -> int:
        """Minutes that a task of ``quantity`` units takes one person."""
        return min(self.minutes_most, self.minutes_once + self.minutes_per_unit * quantity)


class Task(models.Model):
    """Packing or delivery for one provider's part of one order. Knows nothing of who ordered."""

    order_id = models.CharField(max_length=36)
    provider_order_id = models.BigIntegerField("key of the provider's part of the order")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=TaskKind.choices())
    template = models.ForeignKey(TaskTemplate, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    minutes = models.PositiveSmallIntegerField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    comune = models.ForeignKey(
        Comune, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    service = models.ForeignKey(
        TrainingService, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"
    )
    status = models.CharField(
        max_length=10, choices=TaskStatus.choices(), default=TaskStatus.OPEN.value
    )
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("closes_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["order_id", "provider", "kind"], name="task_once_per_order_part_and_kind"
            ),
            models.CheckConstraint(
                check=Q(quantity__gt=0, minutes__gt=0, closes_at__gt=F("opens_at")),
                name="task_is_work_in_a_window",
            ),
            models.CheckConstraint(
                check=Q(status="done", done_at__isnull=False)
                | (~Q(status="done") & Q(done_at__isnull=True)),
                name="task_done_has_its_time",
            ),
        ]
        indexes = [
            # The plan reads what is open; what is done grows for ever.
            models.Index(
                fields=["service", "closes_at"], condition=Q(status="open"), name="task_open"
            ),
            models.Index(fields=["service", "status", "closes_at"], name="task_list"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Assignment(models.Model):
    """A trainee does a task at a time, with a tutor there; undone, never deleted.

    A tutor's capacity is so many seats, numbered from 1: an assignment takes one of them, and the
    database refuses two at a time on one seat, so no tutor ever has too many trainees. A trigger
    (migration 0002) refuses a seat that the tutor does not have and minutes above the week's limit.
    """

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="assignments")
    trainee = models.ForeignKey(Trainee, on_delete=models.PROTECT, related_name="assignments")
    tutor = models.ForeignKey(Tutor, on_delete=models.PROTECT, related_name="assignments")
    seat = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    week = models.DateField("Monday of the week it counts in")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("starts_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(undone_at__isnull=True), name="assignment_one_per_task"
            ),
            models.CheckConstraint(
                check=Q(ends_at__gt=F("starts_at"), seat__gt=0), name="assignment_takes_time"
            ),
            models.CheckConstraint(check=Q(week__iso_week_day=1), name="assignment_week_is_monday"),
            ExclusionConstraint(
                name="assignment_trainee_in_one_place",
                expressions=[
                    ("trainee", RangeOperators.EQUAL),
                    (time(), RangeOperators.OVERLAPS),
                ],
                condition=Q(undone_at__isnull=True),
            ),
            ExclusionConstraint(
                name="assignment_one_per_seat",
                expressions=[
                    ("tutor", RangeOperators.EQUAL),
                    ("seat", RangeOperators.EQUAL),
                    (time(), RangeOperators.OVERLAPS),
                ],
                condition=Q(undone_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["trainee", "week"],
                condition=Q(undone_at__isnull=True),
                name="assigned_week",
            )
        ]

    def __str__(self) -> str:
        return f"assignment {self.pk} of task {self.task_id}"


class UnassignedReason(models.Model):
    """Why the last run left a task without anybody; ``reasons.sentence`` turns it into words."""

    task = models.OneToOneField(
        Task, on_delete=models.CASCADE, primary_key=True, related_name="reason"
    )
    code = models.CharField(max_length=40)
    found_at = models.DateTimeField()

    class Meta:
        ordering = ("task",)

    def __str__(self) -> str:
        return f"{self.task_id}: {self.code}"
