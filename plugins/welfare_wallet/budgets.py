"""Yearly budgets per benefit category: the gate that says so early, the guard that makes it hold.

The gate reads without locks, so that a cart is told all that stands against it. Two purchases at
the same moment both pass it; so the guard asks again in the transaction that pays, one purchase of
a wallet after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.companies.models import BenefitCategory
from marketplace.companies.selectors import limits_in_force
from marketplace.money import euro
from marketplace.refusals import Refusal, Refusals
from marketplace.sales.sale import Sale
from marketplace.sales.spending import spent_by_category
from plugins.welfare_wallet.models import Wallet

CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Meter:
    """What may be spent of one kind until a day, what was, and what a cart would add; in cents."""

    kind: str
    code: str
    name: str
    limit_cents: int
    spent_cents: int
    until: date
    in_cart_cents: int = 0

    @property
    def left_cents(self) -> int:
        """What is left before the cart; never below zero, also where the limit was lowered."""
        return max(self.limit_cents - self.spent_cents, 0)

    @property
    def is_over(self) -> bool:
        """The cart adds more than is left."""
        return self.in_cart_cents > self.left_cents


def meters_of_wallets(wallet_ids: Sequence[int]) -> dict[int, list[Meter]]:
    """Today's meters by wallet: three statements, however many wallets; one where none has any."""
    today = timezone.localdate()
    plans = dict(
        Wallet.objects.filter(pk__in=wallet_ids, plan_id__isnull=False).values_list("pk", "plan_id")
    )
    limits = limits_in_force(set(plans.values()), today)
    limited = [wallet_id for wallet_id, plan_id in plans.items() if limits.get(plan_id)]
    spent = spent_by_category(limited, today.year) if limited else {}
    names = BenefitCategory.objects.in_bulk() if limited else {}
    return {
        wallet_id: _meters(limits[plans[wallet_id]], spent[wallet_id], names, today)
        if wallet_id in spent
        else []
        for wallet_id in wallet_ids
    }


def meters_of_sale(sale: Sale) -> list[Meter]:
    """Every meter of the plan that pays, with what this sale would add to it."""
    limits = _limits(sale)
    if not limits:
        return []
    spent = spent_by_category([sale.wallet_id], sale.on.year)[sale.wallet_id]
    return _meters(limits, spent, BenefitCategory.objects.in_bulk(), sale.on, _in_cart(sale))


def budget_gate(sale: Sale) -> Iterator[Refusal]:
    """CATEGORY_BUDGET_EXCEEDED for each category of which the sale takes more than is left."""
    limits = {code: cents for code, cents in _limits(sale).items() if code in _in_cart(sale)}
    if limits:
        yield from _over(sale, limits)


def budget_guard(sale: Sale) -> None:
    """The gate once more, while no other purchase of the same wallet can be paid.

    Raises:
        Refusals: CATEGORY_BUDGET_EXCEEDED.
    """
    limits = {code: cents for code, cents in _limits(sale).items() if code in _in_cart(sale)}
    if not limits:
        return
    one_purchase_at_a_time(sale.wallet_id)
    over = list(_over(sale, limits))
    if over:
        raise Refusals(over)


def one_purchase_at_a_time(wallet_id: int) -> None:
    """Wait until whoever else is buying from this wallet has committed; held until we have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"budgets:{wallet_id}"]
        )


def _limits(sale: Sale) -> dict[str, int]:
    if sale.plan_id is None:
        return {}
    return limits_in_force([sale.plan_id], sale.on).get(sale.plan_id, {})


def _in_cart(sale: Sale) -> Counter[str]:
    taken: Counter[str] = Counter()
    for line in sale.lines:
        taken[line.category_code] += line.credit_cents
    return taken


def _meters(
    limits: Mapping[str, int],
    spent: Mapping[str, int],
    names: Mapping[str, BenefitCategory],
    on: date,
    in_cart: Mapping[str, int] | None = None,
) -> list[Meter]:
    """In the law's order of the categories."""
    return [
        Meter(
            kind=CATEGORY,
            code=code,
            name=names[code].name,
            limit_cents=limits[code],
            spent_cents=spent[code],
            until=date(on.year, 12, 31),
            in_cart_cents=(in_cart or {}).get(code, 0),
        )
        for code in sorted(limits, key=lambda code: (names[code].position, code))
    ]


def _over(sale: Sale, limits: Mapping[str, int]) -> Iterator[Refusal]:
    spent = spent_by_category([sale.wallet_id], sale.on.year)[sale.wallet_id]
    names = BenefitCategory.objects.in_bulk(limits)
    for meter in _meters(limits, spent, names, sale.on, _in_cart(sale)):
        if meter.is_over:
            yield _exceeded(sale, meter)


def _exceeded(sale: Sale, meter: Meter) -> Refusal:
    line = _line_over(sale, meter)
    return Refusal(
        "CATEGORY_BUDGET_EXCEEDED",
        _(
            "Line %(line)s: the cart has %(cart)s of «%(name)s» (letter %(code)s). Of the year's "
            "budget of %(limit)s you have spent %(spent)s: %(left)s are left. Take less of it."
        )
        % {
            "line": line,
            "cart": euro(meter.in_cart_cents),
            "name": meter.name,
            "code": meter.code,
            "limit": euro(meter.limit_cents),
            "spent": euro(meter.spent_cents),
            "left": euro(meter.left_cents),
        },
        field="lines",
        line=line,
        category=meter.code,
        limit_cents=meter.limit_cents,
        spent_cents=meter.spent_cents,
        left_cents=meter.left_cents,
    )


def _line_over(sale: Sale, meter: Meter) -> int:
    """The number of the line with which the cart goes over the budget."""
    taken = 0
    for line in sale.lines:
        if line.category_code == meter.code:
            taken += line.credit_cents
            if taken > meter.left_cents:
                break
    return line.number
