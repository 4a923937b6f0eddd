"""What an order's payments took in and gave back, recorded as Saleor's own steps record it.

Nothing here asks a gateway: the money has moved already, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from saleor.order import OrderEvents
from saleor.order.models import OrderEvent
from saleor.payment import ChargeStatus, TransactionKind
from saleor.payment.models import Payment, Transaction
from saleor.payment.utils import gateway_postprocess

from marketplace.money import decimal
from marketplace.shop import engine
from marketplace.shop.books import items
from marketplace.shop.facts import OrderRef

#: The type of an order's event, and what it says besides.
Told = tuple[str, Mapping[str, Any]]


class Payments(Protocol):
    """What each Saleor notes besides the payment and its transaction, which both have."""

    @property
    def CAPTURE(self) -> Mapping[str, Any]:
        """What the transaction of a payment that came in says besides what both say."""

    def reference_columns(self, reference: str) -> Mapping[str, str]:
        """Where the payment keeps its reference, besides its token."""

    def captured_events(self, money: Mapping[str, Any]) -> Sequence[Told]:
        """What the order's history says of one payment that came in."""

    def paid_events(self, money: Mapping[str, Any]) -> Sequence[Told]:
        """What it says besides once the order is paid in full; ``money`` of its last payment."""

    def order_charge(self, order: Any, amount: Decimal) -> None:
        """Add to what the order says was paid of it."""


_installed: Payments = engine.part("payments")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import payments as saleor2
    from marketplace.shop.saleor3 import payments as saleor3

    _engines: tuple[Payments, ...] = (saleor2, saleor3)


def payment_record(
    placed: OrderRef,
    *,
    gateway: str,
    amount_cents: int,
    reference: str,
    customer_ip: str | None,
    in_full: bool = True,
) -> None:
    """Record that a payment of an order came in; ``in_full``: with it the order is placed and paid.

    ``reference`` becomes the transaction's token, which a refund will carry.
    """
    order = placed.native
    amount = decimal(amount_cents)
    payment = _payment_write(order, gateway, amount, reference, customer_ip)
    _installed.order_charge(order, amount)
    money = _money(payment, amount)
    events = list(_installed.captured_events(money))
    if in_full:
        events = [(OrderEvents.PLACED, {}), *events, *_installed.paid_events(money)]
    _events_write(order.pk, order.user_id, events)


def _payment_write(
    order: Any, gateway: str, amount: Decimal, reference: str, customer_ip: str | None
) -> Any:
    """The payment, billed to the order's address, and its transaction."""
    address = order.billing_address
    payment = Payment.objects.create(
        gateway=gateway,
        is_active=True,
        token=reference,
        order=order,
        total=amount,
        captured_amount=amount,
        charge_status=ChargeStatus.FULLY_CHARGED,
        currency=order.currency,
        billing_email=order.user_email,
        billing_first_name=address.first_name,
        billing_last_name=address.last_name,
        billing_address_1=address.street_address_1,
        billing_city=address.city,
        billing_postal_code=address.postal_code,
        billing_country_code=address.country.code,
        customer_ip_address=customer_ip,
        **_installed.reference_columns(reference),
    )
    _transaction_write(payment, TransactionKind.CAPTURE, amount, reference, **_installed.CAPTURE)
    return payment


def refund_record(order_id: str, *, gateway: str, amount_cents: int, reference: str) -> None:
    """Record on the order's payment that money went back, without asking the gateway again."""
    payment = (
        Payment.objects.select_for_update()
        .filter(order_id=order_id, gateway=gateway, is_active=True, captured_amount__gt=0)
        .order_by("pk")
        .last()
    )
    if payment is None:
        items.refund_record(
            order_id, gateway=gateway, amount_cents=amount_cents, reference=reference
        )
        return
    amount = decimal(amount_cents)
    refund = _transaction_write(payment, TransactionKind.REFUND, amount, reference)
    gateway_postprocess(refund, payment)
    _events_write(order_id, None, [(OrderEvents.PAYMENT_REFUNDED, _money(payment, amount))])


def _transaction_write(
    payment: Any, kind: str, amount: Decimal, reference: str, **columns: Any
) -> Any:
    return Transaction.objects.create(
        payment=payment,
        kind=kind,
        token=reference,
        is_success=True,
        amount=amount,
        currency=payment.currency,
        gateway_response={},
        **columns,
    )


def _money(payment: Any, amount: Decimal) -> dict[str, Any]:
    """What an event says of money that moved."""
    return {"amount": amount, "payment_id": payment.token, "payment_gateway": payment.gateway}


def _events_write(order_id: Any, user_id: int | None, events: Iterable[Told]) -> None:
    OrderEvent.objects.bulk_create(
        OrderEvent(order_id=order_id, user_id=user_id, type=kind, parameters=dict(said))
        for kind, said in events
    )
