"""The plan's gate: a line whose benefit category the plan does not allow is refused by name."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from marketplace.companies.models import WelfarePlan
from marketplace.refusals import Refusal
from marketplace.sales.sale import Sale


def plan_gate(sale: Sale) -> Iterator[Refusal]:
    """LINE_OUTSIDE_PLAN for each line outside the wallet's plan; a solidarity wallet has none."""
    if sale.plan_id is None:
        return
    allowed = set(
        WelfarePlan.categories.through.objects.filter(welfareplan_id=sale.plan_id).values_list(
            "benefitcategory_id", flat=True
        )
    )
    for line in sale.lines:
        if line.category_code not in allowed:
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
