"""Telling the buyer, the staff and the shop's other plugins of a placed order; once."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from marketplace.sales.models import Settlement
from marketplace.shop import orders


def order_announce(*, order_id: str) -> bool:
    """Announce a paid order, unless that was done before; False then.

    Marked after: a crash in between announces twice rather than never.
    """
    with transaction.atomic():
        settlement = (
            Settlement.objects.select_for_update()
            .filter(order_id=order_id, announced_at__isnull=True)
            .first()
        )
        if settlement is None:
            return False
        orders.order_announce(order_id)
        settlement.announced_at = timezone.now()
        settlement.save(update_fields=["announced_at"])
        return True
