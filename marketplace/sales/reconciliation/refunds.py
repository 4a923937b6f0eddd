"""What the shop shows as paid against what a sale has left after its refunds.

The ledger is right: money that went back there is recorded with the shop. What only the shop calls
refunded is reported: it may have been given in cash, or by mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.batches import in_time, sliced
from marketplace.money import euro
from marketplace.sales.models import Settlement, SettlementReversal
from marketplace.sales.reconciliation.balances import (
    last_reversals,
    paid_through,
    unreversed_by_gateway,
)
from marketplace.sales.reconciliation.differences import Difference, Gone, Window
from marketplace.sales.reconciliation.settlements import locked
from marketplace.sales.sale import CARD_GATEWAY, GATEWAY
from marketplace.shop import books
from marketplace.shop.facts import OrderBooks
from marketplace.shop.orders import order_ref
from marketplace.shop.payments import payment_record, refund_record


def compare(window: Window) -> Iterator[Difference]:
    """Orders paid in the window, or refunded in it by either side; each once."""
    for batch in _touched(window):
        touched = last_reversals(batch)
        yield from _by_gateway(batch, GATEWAY, touched, window)
        by_card = [settlement for settlement in batch if settlement.card_cents]
        if by_card:
            yield from _by_gateway(by_card, CARD_GATEWAY, touched, window)


def _by_gateway(
    batch: Sequence[Settlement], gateway: str, touched: dict[int, datetime], window: Window
) -> Iterator[Difference]:
    found = books.order_books([str(one.order_id) for one in batch], gateway)
    left = unreversed_by_gateway(batch, gateway)
    for settlement in batch:
        shop = found.get(str(settlement.order_id))
        if not _under_way(touched.get(settlement.pk), shop, window):
            yield from _difference(settlement, shop, left[settlement.pk], gateway)


def _under_way(reversed_at: datetime | None, shop: OrderBooks | None, window: Window) -> bool:
    """Whether a refund may have moved one side only so far; the next run looks again."""
    moments = (reversed_at, shop.last_refund_at if shop else None)
    return any(moment is not None and moment >= window.until for moment in moments)


def _touched(window: Window) -> Iterator[list[Settlement]]:
    paid = Settlement.objects.filter(order_id__isnull=False)
    yield from in_time(paid, "placed_at", window.since, window.until, size=window.batch)
    older = paid.filter(placed_at__lt=window.since)
    seen: set[int] = set()
    for found in _refunded_since(older, window):
        fresh = [settlement for settlement in found if settlement.pk not in seen]
        seen.update(settlement.pk for settlement in fresh)
        yield from sliced(fresh, window.batch)


def _refunded_since(older: Any, window: Window) -> Iterator[list[Settlement]]:
    reversals = SettlementReversal.objects.all()
    for batch in in_time(reversals, "reversed_at", window.since, window.until, size=window.batch):
        yield list(older.filter(pk__in={row.settlement_id for row in batch}))
    for gateway in (GATEWAY, CARD_GATEWAY):
        for order_ids in books.refunded_orders(gateway, window.since, window.until):
            yield list(older.filter(order_id__in=order_ids))


def _difference(
    settlement: Settlement, shop: OrderBooks | None, left_cents: int, gateway: str
) -> Iterator[Difference]:
    facts = {
        "settlement": settlement.pk,
        "left_cents": left_cents,
        "shop_cents": shop.captured_cents if shop else None,
    }
    subject = f"order {settlement.order_id}"
    if shop is None:
        yield Difference(
            "PAYMENT_NOT_RECORDED",
            subject,
            _("Order %(order)s is paid, and the shop does not say so.")
            % {"order": settlement.order_id},
            facts,
            partial(_record_payment, settlement.pk, gateway),
        )
    elif shop.captured_cents != left_cents:
        yield _refund_difference(settlement, shop, left_cents, facts, gateway)


def _refund_difference(
    settlement: Settlement,
    shop: OrderBooks,
    left_cents: int,
    facts: dict[str, Any],
    gateway: str,
) -> Difference:
    subject = f"order {settlement.order_id}"
    missing = shop.captured_cents - left_cents
    if missing > 0:
        return Difference(
            "REFUND_NOT_RECORDED",
            subject,
            _("%(sum)s of order %(order)s went back, and the shop does not say so.")
            % {"sum": euro(missing), "order": settlement.order_id},
            facts,
            partial(_record_refund, settlement.pk, gateway),
        )
    return Difference(
        "REFUND_NOT_IN_LEDGER",
        subject,
        _("The shop says that %(sum)s of order %(order)s went back; the wallet did not get them.")
        % {"sum": euro(-missing), "order": settlement.order_id},
        facts,
    )


def _record_payment(settlement_id: int, gateway: str) -> None:
    settlement = locked(settlement_id)
    order = order_ref(settlement.token)
    if order is None or _shop_of(settlement, gateway) is not None:
        raise Gone
    payment_record(
        order,
        gateway=gateway,
        amount_cents=paid_through(settlement, gateway),
        reference=settlement.token,
        customer_ip=None,
        in_full=gateway == GATEWAY,
    )
    _bring_level(settlement, gateway)


def _record_refund(settlement_id: int, gateway: str) -> None:
    if not _bring_level(locked(settlement_id), gateway):
        raise Gone


def _bring_level(settlement: Settlement, gateway: str) -> bool:
    """Let the shop show what is left of the sale; False where it does already.

    First what it has booked and not summed up, then what it has not booked.
    """
    order_id = str(settlement.order_id)
    left = unreversed_by_gateway([settlement], gateway)[settlement.pk]
    shop = _shop_of(settlement, gateway)
    if shop is None or shop.captured_cents <= left:
        return False
    if shop.transacted_cents < shop.captured_cents:
        books.captured_apply(order_id, gateway)
    missing = shop.transacted_cents - left
    if missing > 0:
        refund_record(
            order_id, gateway=gateway, amount_cents=missing, reference=f"reconciled:{order_id}"
        )
    return True


def _shop_of(settlement: Settlement, gateway: str) -> OrderBooks | None:
    order_id = str(settlement.order_id)
    return books.order_books([order_id], gateway).get(order_id)
