"""How much of a plan's credit one employee may spend in a benefit category in a calendar year."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from marketplace.companies.models.plans import BenefitCategory, WelfarePlan


class PlanBudget(models.Model):
    """A yearly limit, in cents, from a day on until the next row of that plan and category.

    ``limit_cents`` None: from that day there is no limit any more. Rows follow each other, so that
    two can never hold on the same day.
    """

    plan = models.ForeignKey(WelfarePlan, on_delete=models.PROTECT, related_name="budgets")
    category = models.ForeignKey(BenefitCategory, on_delete=models.PROTECT, related_name="+")
    limit_cents = models.BigIntegerField(null=True)
    valid_from = models.DateField()

    #: The day before the next row's first; set by ``selectors.plan_budgets``.
    valid_until: date | None = None

    class Meta:
        ordering = ("plan", "category", "valid_from")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "category", "valid_from"], name="plan_budget_one_from_a_day"
            ),
            models.CheckConstraint(
                check=Q(limit_cents__isnull=True) | Q(limit_cents__gte=0),
                name="plan_budget_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.limit_cents} cents of {self.category_id} a year"
