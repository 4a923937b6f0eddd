"""What Saleor 3's Transactions API writes down of our gateways' money: one item per payment.

An item is authorized with a hold, charged when its checkout becomes an order, refunded or cancelled
after. Its amounts are what Saleor adds up from its events; here are only the events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, Max, Q, Sum, When
from saleor.app.models import App
from saleor.app.types import AppType
from saleor.checkout.models import Checkout
from saleor.order import OrderEvents
from saleor.order.models import Order, OrderEvent
from saleor.order.utils import updates_amounts_for_order
from saleor.payment import TransactionAction, TransactionEventType
from saleor.payment.models import TransactionEvent, TransactionItem
from saleor.payment.transaction_item_calculations import recalculate_transaction_amounts

from marketplace.batches import in_time
from marketplace.money import cents, decimal
from marketplace.shop.facts import CapturedPayment, OrderBooks

_HOLDS_MONEY = (
    Q(authorized_value__gt=0)
    | Q(charged_value__gt=0)
    | Q(authorize_pending_value__gt=0)
    | Q(charge_pending_value__gt=0)
)


def owner(gateway: str, name: str) -> Any:
    """The app that Saleor wants behind every session; one of ours has no token and no webhook."""
    found = App.objects.filter(identifier=gateway, is_active=True, removed_at__isnull=True).first()
    return found or App.objects.create(name=name, identifier=gateway, type=AppType.THIRDPARTY)


def with_money(checkout: Any) -> list[Any]:
    """The items of a checkout, whosever, by which somebody holds money for it or took some."""
    return list(TransactionItem.objects.filter(_HOLDS_MONEY, checkout=checkout).order_by("pk"))


def authorized(checkout_token: Any, gateway: str) -> Any:
    """The item by which a gateway of ours holds a checkout's money, or None."""
    if checkout_token is None:
        return None
    return TransactionItem.objects.filter(
        checkout_id=checkout_token, app_identifier=gateway, authorized_value__gt=0
    ).last()


def charged(item: Any, reference: str) -> None:
    """Write down that what was authorized has been paid, under the reference of its sale."""
    _add(item, TransactionEventType.CHARGE_SUCCESS, item.authorized_value, reference)
    item.available_actions = [TransactionAction.REFUND]
    item.save(update_fields=["available_actions"])


def released(item: Any, why: str) -> None:
    """Write down that a hold is over that has paid nothing."""
    amount = item.authorized_value
    _add(item, TransactionEventType.CANCEL_SUCCESS, amount, f"over:{item.psp_reference}", why)
    item.available_actions = []
    item.save(update_fields=["available_actions"])


def authorization_over(hold_token: str, checkout_token: str, *, gateway: str) -> None:
    """Write down that a hold of a checkout has expired; its item says so once."""
    # First the checkout, as whoever pays it does.
    list(Checkout.objects.select_for_update(of=("self",)).filter(pk=checkout_token))
    rows = TransactionItem.objects.filter(
        app_identifier=gateway, psp_reference=hold_token, authorized_value__gt=0
    )
    for item in rows.select_for_update(of=("self",)):
        released(item, "the hold has expired")


def _add(item: Any, kind: str, amount: Decimal, reference: str, message: str = "") -> None:
    item.events.create(
        type=kind,
        amount_value=amount,
        currency=item.currency,
        psp_reference=reference,
        app=item.app,
        app_identifier=item.app_identifier,
        include_in_calculations=True,
        message=message,
    )
    recalculate_transaction_amounts(item)


def refund_record(order_id: str, *, gateway: str, amount_cents: int, reference: str) -> None:
    """Write down on an order's item that money went back, without asking the gateway again."""
    item = (
        TransactionItem.objects.select_for_update(of=("self",))
        .filter(order_id=order_id, app_identifier=gateway, charged_value__gt=0)
        .last()
    )
    if item is None:
        return
    _refunded(item, decimal(amount_cents), reference)
    updates_amounts_for_order(Order.objects.get(pk=order_id))
    OrderEvent.objects.create(
        order_id=order_id,
        type=OrderEvents.PAYMENT_REFUNDED,
        parameters={
            "amount": decimal(amount_cents),
            "payment_id": reference,
            "payment_gateway": gateway,
        },
    )


def _refunded(item: Any, amount: Decimal, reference: str) -> None:
    # One sale may be refunded in parts; Saleor takes a second event of one reference for a repeat.
    earlier = item.events.filter(type=TransactionEventType.REFUND_SUCCESS).count()
    _add(item, TransactionEventType.REFUND_SUCCESS, amount, f"{reference}:{earlier + 1}")


def checkout_refund_record(reference: str, *, gateway: str) -> None:
    """Write down as refunded what was charged under ``reference`` and became no order."""
    orphans = TransactionItem.objects.select_for_update(of=("self",)).filter(
        app_identifier=gateway,
        order__isnull=True,
        charged_value__gt=0,
        pk__in=TransactionEvent.objects.filter(
            psp_reference=reference, type=TransactionEventType.CHARGE_SUCCESS
        ).values("transaction"),
    )
    for item in orphans:
        _refunded(item, item.charged_value, reference)


def captured_apply(order_id: str, gateway: str) -> None:
    """Bring the sums that items show to what their events add up to."""
    rows = TransactionItem.objects.filter(order_id=order_id, app_identifier=gateway)
    for item in rows.select_for_update(of=("self",)):
        recalculate_transaction_amounts(item)


def order_books(order_ids: Sequence[str], gateway: str) -> dict[str, OrderBooks]:
    """By order, what its items by this gateway say; an order without any is not in it."""
    items = TransactionItem.objects.filter(order_id__in=order_ids, app_identifier=gateway)
    captured = dict(items.order_by().values_list("order_id").annotate(Sum("charged_value")))
    signed = Case(
        When(type=TransactionEventType.CHARGE_SUCCESS, then=F("amount_value")),
        When(type=TransactionEventType.REFUND_SUCCESS, then=-F("amount_value")),
        default=Decimal(0),
        output_field=DecimalField(),
    )
    refunds = Q(type=TransactionEventType.REFUND_SUCCESS)
    booked = {
        order_id: (amount, refunded_at)
        for order_id, amount, refunded_at in TransactionEvent.objects.filter(
            transaction__in=items, include_in_calculations=True
        )
        .order_by()
        .values_list("transaction__order_id")
        .annotate(booked=Sum(signed), refunded_at=Max("created_at", filter=refunds))
    }
    nothing = (Decimal(0), None)
    return {
        str(order_id): OrderBooks(
            captured_cents=cents(amount),
            transacted_cents=cents(booked.get(order_id, nothing)[0]),
            last_refund_at=booked.get(order_id, nothing)[1],
        )
        for order_id, amount in captured.items()
    }


def payments_captured(
    gateway: str, since: datetime, until: datetime
) -> Iterator[list[CapturedPayment]]:
    """Items made in the window by which the shop still holds money, in batches."""
    rows = TransactionItem.objects.filter(
        app_identifier=gateway, charged_value__gt=0
    ).select_related("order")
    for batch in in_time(rows, "created_at", since, until):
        yield [CapturedPayment.of(item, cents(item.charged_value)) for item in batch]


def refunded_orders(gateway: str, since: datetime, until: datetime) -> Iterator[list[str]]:
    """Orders of whose items a refund was booked in the window, in batches."""
    rows = TransactionEvent.objects.filter(
        type=TransactionEventType.REFUND_SUCCESS,
        include_in_calculations=True,
        transaction__app_identifier=gateway,
        transaction__order__isnull=False,
    ).select_related("transaction")
    for batch in in_time(rows, "created_at", since, until):
        yield sorted({str(row.transaction.order_id) for row in batch})
