"""Client companies and who works for them, since when, in which category of staff."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Company(models.Model):
    """A client company; its key is its organisation's."""

    organisation = models.OneToOneField(
        "people.Organisation", on_delete=models.PROTECT, primary_key=True, related_name="company"
    )
    comune = models.ForeignKey(
        "territory.Comune",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="companies",
    )
    # What the 5 per thousand of art. 100 TUIR is measured against.
    labour_cost_cents = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = "companies"
        constraints = [
            models.CheckConstraint(
                check=Q(labour_cost_cents__isnull=True) | Q(labour_cost_cents__gte=0),
                name="company_labour_cost_not_negative",
            )
        ]

    def __str__(self) -> str:
        return f"company {self.pk}"


class StaffCategory(models.Model):
    """A category of staff, as art. 51 c.2 TUIR means it: benefits go to all or to categories."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="staff_categories")
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ("name", "pk")
        verbose_name_plural = "staff categories"
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="staff_category_once")
        ]

    def __str__(self) -> str:
        return self.name


class Employment(models.Model):
    """One person's work for one company; ended by a date, never deleted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="employments"
    )
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="employments")
    staff_category = models.ForeignKey(
        StaffCategory,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="employments",
    )
    comune = models.ForeignKey(
        "territory.Comune",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="employments",
    )
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    payroll_number = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["user", "company"],
                condition=Q(until__isnull=True),
                name="employment_open_once",
            ),
            models.UniqueConstraint(
                fields=["company", "payroll_number"],
                condition=Q(until__isnull=True) & ~Q(payroll_number=""),
                name="employment_payroll_number_once",
            ),
            models.CheckConstraint(
                check=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="employment_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"employment {self.pk}"

    def in_force_on(self, day: date | None = None) -> bool:
        """Whether the person works for the company on that day (default: today)."""
        asked = day or timezone.localdate()
        return self.since <= asked and (self.until is None or asked <= self.until)


def employments_in_force(on: date | None = None) -> Q:
    """Employments in force on a day (default: today)."""
    day = on or timezone.localdate()
    return Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gte=day))
