"""Runs of the reconciler and what they found; numbers and codes only, nothing about a person."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.choices import Choices


class StartedBy(Choices):
    CLOCK = "clock", _("The clock")
    COMMAND = "command", _("A command")
    OPERATOR = "operator", _("An operator")


class ReconciliationRun(models.Model):
    """One comparison of all books over a window; without ``finished_at`` it broke off.

    ``left_ids`` are the findings that were still there at its end, of this run or of earlier ones.
    """

    started_by = models.CharField(max_length=10, choices=StartedBy.choices())
    by_user_id = models.BigIntegerField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    repaired = models.PositiveIntegerField(default=0)
    left_ids = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"run {self.pk}"


class ReconciliationFinding(models.Model):
    """A difference, written with its repair in one transaction; append only (a trigger says so).

    One that is left is written once, by the run that first found it so; ``digest`` tells it again.
    """

    run = models.ForeignKey(ReconciliationRun, on_delete=models.PROTECT, related_name="findings")
    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    sentence = models.CharField(max_length=400)
    repaired = models.BooleanField()
    facts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["digest"],
                condition=Q(repaired=False),
                name="reconciliation_finding_left_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.subject}"
