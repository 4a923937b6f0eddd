"""The plan's gate: a line whose benefit category the plan does not allow is refused by name."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.utils.translation import gettext_lazy as _

from marketplace.companies.models import WelfarePlan
from marketplace.refusals import Refusal
from marketplace.sales.sale import Sale


def categories_of_plans(plan_ids: Collection[int]) -> dict[int, set[str]]:
    """Codes of the benefit categories that each plan allows; one statement."""
    allowed: dict[int, set[str]] = {plan_id: set() for plan_id in plan_ids}
    rows = WelfarePlan.categories.through.objects.filter(welfareplan_id__in=plan_ids)
    for plan_id, code in rows.values_list("welfareplan_id", "benefitcategory_id"):
        allowed[plan_id].add(code)
    return allowed


def pays_for(allowed: Collection[str], category_code: str) -> bool:
    """Whether a plan that allows these categories pays for an article of that one."""
    return category_code in allowed


def plan_gate(sale: Sale) -> Iterator[Refusal]:
    """LINE_OUTSIDE_PLAN for each line outside the wallet's plan; a solidarity wallet has none."""
    if sale.plan_id is None:
        return
    allowed = categories_of_plans([sale.plan_id])[sale.plan_id]
    for line in sale.lines:
        if not pays_for(allowed, line.category_code):
            yield Refusal(
                "LINE_OUTSIDE_PLAN",
                _(
                    "Line %(line)s: your plan does not pay for «%(product)s» (letter %(code)s). "
                    "Take it out of the cart."
                )
                % {"line": line.number, "product": line.product_name, "code": line.category_code},
                field="lines",
                line=line.number,
                category=line.category_code,
            )
