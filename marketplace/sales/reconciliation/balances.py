"""What is left of paid sales after what went back: one query for a batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Max, Sum

from marketplace.sales.models import Settlement, SettlementReversal
from marketplace.sales.sale import CARD_GATEWAY


def unreversed_cents(settlements: Sequence[Settlement]) -> dict[int, int]:
    """By settlement, what was paid less what went back."""
    back = dict(
        SettlementReversal.objects.filter(settlement__in=settlements)
        .order_by()
        .values_list("settlement_id")
        .annotate(Sum("cents"))
    )
    return {one.pk: one.gross_cents - back.get(one.pk, 0) for one in settlements}


def unreversed_by_gateway(settlements: Sequence[Settlement], gateway: str) -> dict[int, int]:
    """By settlement, what one way of paying has paid less what went back to it."""
    by_card = gateway == CARD_GATEWAY
    part = Sum("card_cents") if by_card else Sum(F("cents") - F("card_cents"))
    back = dict(
        SettlementReversal.objects.filter(settlement__in=settlements)
        .order_by()
        .values_list("settlement_id")
        .annotate(part=part)
    )
    return {one.pk: paid_through(one, gateway) - back.get(one.pk, 0) for one in settlements}


def paid_through(settlement: Settlement, gateway: str) -> int:
    """What card or credit paid of a sale."""
    card = settlement.card_cents
    return card if gateway == CARD_GATEWAY else settlement.gross_cents - card


def last_reversals(settlements: Sequence[Settlement]) -> dict[int, datetime]:
    """By settlement, when money last went back."""
    return dict(
        SettlementReversal.objects.filter(settlement__in=settlements)
        .order_by()
        .values_list("settlement_id")
        .annotate(Max("reversed_at"))
    )
