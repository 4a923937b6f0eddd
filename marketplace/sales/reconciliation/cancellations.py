"""Orders that the shop has cancelled and whose money has not gone back: it goes back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext_lazy as _

from marketplace.money import euro
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.balances import unreversed_cents
from marketplace.sales.reconciliation.differences import Difference, Gone, Window
from marketplace.sales.reversals import Cause, order_refund
from marketplace.shop import books


def compare(window: Window) -> Iterator[Difference]:
    """Orders cancelled in the window."""
    for order_ids in books.cancelled_orders(window.since, window.until):
        settlements = list(Settlement.objects.filter(order_id__in=order_ids).order_by("pk"))
        rest = unreversed_cents(settlements)
        for settlement in settlements:
            if rest[settlement.pk]:
                yield _difference(settlement, rest[settlement.pk])


def _difference(settlement: Settlement, rest_cents: int) -> Difference:
    return Difference(
        "CANCELLED_NOT_REFUNDED",
        f"order {settlement.order_id}",
        _("Order %(order)s was cancelled and %(sum)s have not gone back.")
        % {"order": settlement.order_id, "sum": euro(rest_cents)},
        {"settlement": settlement.pk, "cents": rest_cents},
        partial(_refund, str(settlement.order_id)),
    )


def _refund(order_id: str) -> None:
    back = order_refund(
        order_id=order_id, cause=Cause("order cancelled"), reference=f"reconciled:{order_id}"
    )
    if not back:
        raise Gone
