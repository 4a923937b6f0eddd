"""What Saleor's books say of many orders and payments at once, and mending what they miss; for the
reconciler. Every reading is one statement for a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from django.db.models import Case, DecimalField, F, Max, Q, Sum, When
from saleor.order import OrderEvents, OrderStatus
from saleor.order.models import Order, OrderEvent
from saleor.payment import ChargeStatus, TransactionKind
from saleor.payment.models import Payment, Transaction
from saleor.payment.utils import gateway_postprocess

from marketplace.batches import in_time
from marketplace.money import cents
from marketplace.shop import engine
from marketplace.shop.columns import CREATED, MODIFIED
from marketplace.shop.facts import CapturedPayment, OrderBooks


class Items(Protocol):
    """The second book that Saleor 3 keeps of payments, beside the one that both engines have."""

    def order_books(self, order_ids: Sequence[str], gateway: str) -> dict[str, OrderBooks]: ...

    def payments_captured(
        self, gateway: str, since: datetime, until: datetime
    ) -> Iterator[list[CapturedPayment]]: ...

    def refunded_orders(
        self, gateway: str, since: datetime, until: datetime
    ) -> Iterator[list[str]]: ...

    def captured_apply(self, order_id: str, gateway: str) -> None: ...

    def refund_record(
        self, order_id: str, *, gateway: str, amount_cents: int, reference: str
    ) -> None: ...

    def authorization_over(self, hold_token: str, checkout_token: str, *, gateway: str) -> None: ...

    def checkout_refund_record(self, reference: str, *, gateway: str) -> None: ...


items: Items = engine.part("items")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import items as saleor2
    from marketplace.shop.saleor3 import items as saleor3

    _engines: tuple[Items, ...] = (saleor2, saleor3)

_TAKES_IN = (TransactionKind.CAPTURE, TransactionKind.CONFIRM)


def order_of_tokens(checkout_tokens: Sequence[str]) -> dict[str, str]:
    """Order ids by the token of the checkout that they came out of; the newest of several."""
    rows = Order.objects.filter(checkout_token__in=checkout_tokens).order_by(CREATED, "pk")
    return {token: str(pk) for token, pk in rows.values_list("checkout_token", "pk")}


def order_books(order_ids: Sequence[str], gateway: str) -> dict[str, OrderBooks]:
    """By order, what its payments by this gateway say; an order without any is not in it."""
    payments = Payment.objects.filter(order_id__in=order_ids, gateway=gateway)
    captured = dict(payments.order_by().values_list("order_id").annotate(Sum("captured_amount")))
    signed = Case(
        When(kind__in=_TAKES_IN, then=F("amount")),
        When(kind=TransactionKind.REFUND, then=-F("amount")),
        default=Decimal(0),
        output_field=DecimalField(),
    )
    transacted = {
        order_id: (amount, refunded_at)
        for order_id, amount, refunded_at in Transaction.objects.filter(
            payment__in=payments, is_success=True, action_required=False
        )
        .order_by()
        .values_list("payment__order_id")
        .annotate(
            booked=Sum(signed), refunded_at=Max(CREATED, filter=Q(kind=TransactionKind.REFUND))
        )
    }
    nothing = (Decimal(0), None)
    found = {
        str(order_id): OrderBooks(
            captured_cents=cents(amount),
            transacted_cents=cents(transacted.get(order_id, nothing)[0]),
            last_refund_at=transacted.get(order_id, nothing)[1],
        )
        for order_id, amount in captured.items()
    }
    for order_id, more in items.order_books(order_ids, gateway).items():
        found[order_id] = found[order_id] + more if order_id in found else more
    return found


def payments_captured(
    gateway: str, since: datetime, until: datetime
) -> Iterator[list[CapturedPayment]]:
    """Payments made in the window by which the shop still holds money, in batches."""
    rows = Payment.objects.filter(gateway=gateway, captured_amount__gt=0).select_related("order")
    for batch in in_time(rows, CREATED, since, until):
        yield [CapturedPayment.of(payment, cents(payment.captured_amount)) for payment in batch]
    yield from items.payments_captured(gateway, since, until)


def refunded_orders(gateway: str, since: datetime, until: datetime) -> Iterator[list[str]]:
    """Orders of which the shop has booked a refund in the window, in batches."""
    rows = Transaction.objects.filter(
        kind=TransactionKind.REFUND,
        is_success=True,
        payment__gateway=gateway,
        payment__order__isnull=False,
    ).select_related("payment")
    for batch in in_time(rows, CREATED, since, until):
        yield sorted({str(row.payment.order_id) for row in batch})
    yield from items.refunded_orders(gateway, since, until)


def cancelled_orders(since: datetime, until: datetime) -> Iterator[list[str]]:
    """Orders that were cancelled in the window and still are, in batches."""
    rows = OrderEvent.objects.filter(type=OrderEvents.CANCELED, order__status=OrderStatus.CANCELED)
    for batch in in_time(rows, "date", since, until):
        yield sorted({str(row.order_id) for row in batch})


def captured_apply(order_id: str, gateway: str) -> None:
    """Bring the sums that payments show to what their transactions add up to."""
    for payment in Payment.objects.select_for_update().filter(order_id=order_id, gateway=gateway):
        booked = payment.transactions.filter(is_success=True, action_required=False)
        taken, given = (
            booked.filter(kind__in=kinds).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
            for kinds in (_TAKES_IN, (TransactionKind.REFUND,))
        )
        if payment.captured_amount == taken - given:
            continue
        payment.captured_amount = taken - given
        payment.charge_status = _status(payment.captured_amount, given)
        payment.is_active = payment.is_active and payment.captured_amount > 0
        payment.save(update_fields=["captured_amount", "charge_status", "is_active", MODIFIED])
    items.captured_apply(order_id, gateway)


def _status(captured: Decimal, given_back: Decimal) -> str:
    if not given_back:
        return str(ChargeStatus.FULLY_CHARGED)
    return str(ChargeStatus.PARTIALLY_REFUNDED if captured > 0 else ChargeStatus.FULLY_REFUNDED)


def checkout_refund_record(reference: str, *, gateway: str) -> None:
    """Book as refunded what was captured under ``reference`` for a checkout without an order."""
    orphans = Payment.objects.select_for_update(of=("self",)).filter(
        gateway=gateway,
        order__isnull=True,
        captured_amount__gt=0,
        pk__in=Transaction.objects.filter(token=reference, is_success=True).values("payment"),
    )
    for payment in orphans:
        refund = Transaction.objects.create(
            payment=payment,
            kind=TransactionKind.REFUND,
            token=reference,
            is_success=True,
            amount=payment.captured_amount,
            currency=payment.currency,
            gateway_response={},
        )
        gateway_postprocess(refund, payment)
    items.checkout_refund_record(reference, gateway=gateway)


def authorization_over(hold_token: str, checkout_token: str, *, gateway: str) -> None:
    """Take what a hold authorized off the books of its checkout: it has expired. Locks the checkout
    before whatever is locked after."""
    items.authorization_over(hold_token, checkout_token, gateway=gateway)
