"""Placed orders that nobody was told of (the worker was down): told now, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.utils.translation import gettext_lazy as _

from marketplace.batches import batches
from marketplace.sales.announcements import order_announce
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.differences import Difference, Gone, Window

# A confirmation that comes later would only confuse its reader.
STILL_OF_USE = timedelta(days=3)


def compare(window: Window) -> Iterator[Difference]:
    """Orders of the window's last days."""
    silent = Settlement.objects.filter(
        order_id__isnull=False,
        announced_at__isnull=True,
        placed_at__gte=max(window.since, window.now - STILL_OF_USE),
        placed_at__lt=window.until,
    )
    for batch in batches(silent, size=window.batch):
        for settlement in batch:
            yield Difference(
                "ORDER_NOT_ANNOUNCED",
                f"order {settlement.order_id}",
                _("Nobody was told of order %(order)s.") % {"order": settlement.order_id},
                {"settlement": settlement.pk},
                partial(_announce, str(settlement.order_id)),
            )


def _announce(order_id: str) -> None:
    if not order_announce(order_id=order_id):
        raise Gone
