"""What a company may give: the law's benefit categories, and the welfare plans that allow them."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.choices import Choices
from marketplace.companies.models.people import Company, StaffCategory


class BenefitCategory(models.Model):
    """A letter of art. 51 TUIR. The law changes: rows have a validity, the code keeps its name."""

    code = models.CharField(max_length=16, primary_key=True)
    name_it = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    legal_source = models.CharField(max_length=300)
    note = models.TextField(blank=True, default="")
    position = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("position", "code")
        verbose_name_plural = "benefit categories"
        constraints = [
            models.CheckConstraint(
                check=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="benefit_category_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """The name in the active language: Italian, or English for every other."""
        return self.name_it if (get_language() or "it").startswith("it") else self.name_en


class PlanSource(Choices):
    """Where a plan's benefits come from: it decides what is deductible (art. 100 TUIR)."""

    CONTRACT = "contract", _("Collective agreement")
    COMPANY_REGULATION = "company_regulation", _("Company regulation")
    VOLUNTARY = "voluntary", _("Voluntary")


class LapseTo(Choices):
    """Who gets credit that expires unspent; never cash (AdE 212/2019, 311/2021)."""

    COMPANY_BUDGET = "company_budget", _("The company's budget")
    FUND = "fund", _("The Solidarity Fund")


class WelfarePlan(models.Model):
    """What one company gives, to all its staff or to one category of it, under which source."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="welfare_plans")
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=20, choices=PlanSource.choices())
    source_reference = models.CharField(max_length=300, blank=True, default="")
    categories = models.ManyToManyField(BenefitCategory, related_name="welfare_plans")
    staff_category = models.ForeignKey(
        StaffCategory,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="welfare_plans",
    )
    # How long credit given today can be spent, and how long credit that comes back to an
    # expired lot can.
    credit_months = models.PositiveSmallIntegerField(default=12)
    refund_grace_days = models.PositiveSmallIntegerField(default=30)
    lapse_to = models.CharField(
        max_length=20, choices=LapseTo.choices(), default=LapseTo.COMPANY_BUDGET.value
    )
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="welfare_plan_name_once"),
            models.CheckConstraint(
                check=Q(credit_months__gte=1), name="welfare_plan_credit_lasts_a_month"
            ),
            models.CheckConstraint(
                check=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="welfare_plan_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def in_force_on(self, day: date | None = None) -> bool:
        """Whether credit may be given under the plan on that day (default: today)."""
        asked = day or timezone.localdate()
        return self.valid_from <= asked and (self.valid_until is None or asked <= self.valid_until)


def valid_on(day: date | None = None) -> Q:
    """Benefit categories, or plans, in force on a day (default: today)."""
    asked = day or timezone.localdate()
    return Q(valid_from__lte=asked) & (Q(valid_until__isnull=True) | Q(valid_until__gte=asked))
