"""Money that has moved for a sale, and no order: tied to its order, or given back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext_lazy as _

from marketplace.batches import batches
from marketplace.money import euro
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.differences import Difference, Gone, Window
from marketplace.sales.reversals import settlement_reverse
from marketplace.sales.sale import GATEWAY
from marketplace.sales.services import order_place
from marketplace.shop import books
from marketplace.shop.orders import order_ref


def compare(window: Window) -> Iterator[Difference]:
    """Every settlement without an order, however old."""
    waiting = Settlement.objects.standing().filter(
        order_id__isnull=True, placed_at__lt=window.until
    )
    for batch in batches(waiting, size=window.batch):
        orders = books.order_of_tokens([settlement.token for settlement in batch])
        for settlement in batch:
            yield _difference(settlement, orders.get(settlement.token))


def _difference(settlement: Settlement, order_id: str | None) -> Difference:
    subject = f"settlement {settlement.pk}"
    facts = {"cents": settlement.gross_cents, "transfer": settlement.transfer_id}
    if order_id is not None:
        return Difference(
            "ORDER_NOT_TIED",
            subject,
            _("Order %(order)s was paid, and nothing has followed from it.") % {"order": order_id},
            {**facts, "order": order_id},
            partial(_place, settlement.pk),
        )
    return Difference(
        "MONEY_WITHOUT_ORDER",
        subject,
        _("%(sum)s were taken for a sale that became no order; they go back to the wallet.")
        % {"sum": euro(settlement.gross_cents)},
        facts,
        partial(_give_back, settlement.pk),
    )


def _place(settlement_id: int) -> None:
    settlement = locked(settlement_id)
    order = order_ref(settlement.token)
    if settlement.order_id is not None or order is None:
        raise Gone
    order_place(settlement, order)


def _give_back(settlement_id: int) -> None:
    settlement = locked(settlement_id)
    if order_ref(settlement.token) is not None or not settlement_reverse(
        settlement_id=settlement_id
    ):
        raise Gone
    books.checkout_refund_record(settlement.token, gateway=GATEWAY)


def locked(settlement_id: int) -> Settlement:
    """The settlement under its lock, or Gone where it went back meanwhile."""
    settlement = Settlement.objects.standing().select_for_update().filter(pk=settlement_id).first()
    if settlement is None:
        raise Gone
    return settlement
