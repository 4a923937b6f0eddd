"""Yearly limits of a plan per benefit category, set by its company from a day on."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.companies.models import PlanBudget, WelfarePlan
from marketplace.companies.services.plans import plan_managed
from marketplace.people.actor import Actor
from marketplace.refusals import Refusal


def plan_budget_set(
    *,
    actor: Actor,
    plan_id: int,
    category: str,
    limit_cents: int | None,
    valid_from: date | None = None,
) -> WelfarePlan:
    """Limit what one employee spends in a benefit category per calendar year, from a day on.

    Args:
        limit_cents: cents a year; None takes the limit away from that day on.
        valid_from: today where not given; a day that is over keeps the limit that it had.

    Raises:
        Refusal: PERMISSION_DENIED, NOT_FOUND, INVALID_AMOUNT, INVALID_DATE,
            CATEGORY_OUTSIDE_PLAN.
    """
    today = timezone.localdate()
    since = valid_from or today
    if since < today:
        raise Refusal(
            "INVALID_DATE",
            _("A limit holds from today or a later day. Choose one."),
            field="validFrom",
        )
    if limit_cents is not None and limit_cents < 0:
        raise Refusal(
            "INVALID_AMOUNT", _("A limit is zero or more. Write how much."), field="limit"
        )
    with transaction.atomic():
        plan = plan_managed(actor, plan_id)
        if not _may_be_limited(plan, category, limit_cents):
            raise Refusal(
                "CATEGORY_OUTSIDE_PLAN",
                _("The plan does not pay for %(code)s: nothing is to be limited. Add it first.")
                % {"code": repr(category[:16])},
                field="category",
            )
        PlanBudget.objects.update_or_create(
            plan=plan,
            category_id=category,
            valid_from=since,
            defaults={"limit_cents": limit_cents},
        )
        return plan


def _may_be_limited(plan: WelfarePlan, category: str, limit_cents: int | None) -> bool:
    """A category of the plan; or one that it had, to take its limit away."""
    if plan.categories.filter(code=category).exists():
        return True
    limits = PlanBudget.objects.filter(plan=plan, category_id=category)
    return limit_cents is None and limits.exists()
