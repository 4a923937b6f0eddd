"""What is read of the Fund."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.refusals import Refusal
from plugins.solidarity_fund.accounts import fund_account_id
from plugins.solidarity_fund.models import Fund, Levy, LevyPolicy


def the_fund() -> Fund:
    """The alliance's Fund: the first, because an alliance has one.

    Raises:
        Refusal: FUND_MISSING.
    """
    fund = Fund.objects.select_related("organisation").order_by("pk").first()
    if fund is None:
        raise Refusal("FUND_MISSING", _("The alliance has no Solidarity Fund yet."))
    return fund


def account_id() -> int:
    """The ledger account of the alliance's Fund (registry name ``fund.account_id``)."""
    return fund_account_id(the_fund().pk)


def in_force(day: date) -> Q:
    """Rows with ``valid_from`` and ``valid_until`` that hold on a day."""
    return Q(valid_from__lte=day) & (Q(valid_until__isnull=True) | Q(valid_until__gte=day))


def policy_on(fund: Fund, day: date) -> LevyPolicy | None:
    """The Fund's policy in force on a day."""
    return LevyPolicy.objects.filter(in_force(day), fund=fund).first()


def levies_of_order(order_id: str, *, buyer_id: int) -> QuerySet[Levy]:
    """What an order gave to the Fund, for who bought it; empty for everybody else."""
    return (
        Levy.objects.filter(order_id=order_id, buyer_id=buyer_id)
        .select_related("provider", "policy")
        .order_by("provider_id")
    )
