"""What is left of paid sales after what went back: one query for a batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max, Sum

from marketplace.sales.models import Settlement, SettlementReversal


def unreversed_cents(settlements: Sequence[Settlement]) -> dict[int, int]:
    """By settlement, what was paid less what went back."""
    back = dict(
        SettlementReversal.objects.filter(settlement__in=settlements)
        .order_by()
        .values_list("settlement_id")
        .annotate(Sum("cents"))
    )
    return {one.pk: one.gross_cents - back.get(one.pk, 0) for one in settlements}


def last_reversals(settlements: Sequence[Settlement]) -> dict[int, datetime]:
    """By settlement, when money last went back."""
    return dict(
        SettlementReversal.objects.filter(settlement__in=settlements)
        .order_by()
        .values_list("settlement_id")
        .annotate(Max("reversed_at"))
    )
