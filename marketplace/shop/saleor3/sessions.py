"""Saleor 3's payment sessions and actions, translated to what a gateway of ours does.

A session sets money aside and charges nothing: what it holds is paid when the checkout becomes an
order, in that order's transaction. Saleor says neither who asks nor waits for an answer; whoever
calls its mutations leaves the first here and finds the second (``asking``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from saleor.checkout.models import Checkout
from saleor.payment import TransactionEventType
from saleor.payment.interface import PaymentGatewayData, TransactionSessionResult
from saleor.payment.models import TransactionEvent
from saleor.payment.utils import create_transaction_event_from_request_and_webhook_response

from marketplace.money import cents, euro
from marketplace.refusals import Refusal
from marketplace.shop.facts import Gateway
from marketplace.shop.saleor3 import items
from marketplace.shop.saleor3.carts import check_currency


@dataclass(slots=True)
class Asked:
    """Who asks Saleor for a payment, and with what a gateway of ours has refused it.

    ``whole``: no amount was named, so it is all that the checkout costs.
    """

    user_id: int | None
    whole: bool = False
    refusal: Refusal | None = None


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


@contextmanager
def asking(user_id: int | None, *, whole: bool = False) -> Iterator[Asked]:
    """Mark what runs inside as asked for by this user."""
    asked = Asked(user_id, whole)
    mark = _asked.set(asked)
    try:
        yield asked
    finally:
        _asked.reset(mark)


def _user_id() -> int | None:
    asked = _asked.get()
    return asked.user_id if asked else None


def _said_no(refusal: Refusal) -> str:
    """Leave a refusal for whoever asks; what Saleor writes down of it."""
    asked = _asked.get()
    if asked is not None:
        asked.refusal = refusal
    return str(refusal)[:512]


def offer(gateway: Gateway, gateway_id: str, source: Any) -> PaymentGatewayData:
    """What ``paymentGatewayInitialize`` says of a gateway of ours."""
    try:
        data = gateway.checkout_offer(_checkout_token(source), user_id=_user_id())
    except Refusal as refusal:
        return PaymentGatewayData(app_identifier=gateway_id, error=str(refusal))
    return PaymentGatewayData(app_identifier=gateway_id, data=data)


def authorize(gateway: Gateway, gateway_id: str, session: Any) -> TransactionSessionResult:
    """What ``transactionInitialize`` and ``transactionProcess`` get: a hold, or why there is none.

    Whichever of charge and authorization is asked for: credit is charged with its order.
    """
    try:
        with transaction.atomic():
            token = _held(gateway, gateway_id, session)
    except Refusal as refusal:
        answer = {
            "result": "AUTHORIZATION_FAILURE",
            "amount": session.action.amount,
            "message": _said_no(refusal),
            "actions": [],
        }
    else:
        answer = {
            "result": "AUTHORIZATION_SUCCESS",
            "pspReference": token,
            "amount": session.source_object.total_gross_amount,
            "actions": ["CANCEL"],
        }
    return TransactionSessionResult(app_identifier=gateway_id, response=answer)


def _held(gateway: Gateway, gateway_id: str, session: Any) -> str:
    """The token of the hold for a session's checkout, which is its only payment."""
    source = session.source_object
    given = session.payment_gateway_data.data
    token = gateway.checkout_hold(_checkout_token(source), user_id=_user_id(), given=given)
    check_currency(source)
    whole = cents(source.total_gross_amount)
    asked = _asked.get()
    if not (asked and asked.whole) and cents(session.action.amount) != whole:
        raise _wrong_amount(whole)
    _the_only_one(gateway_id, session.transaction, source, token)
    return token


def _checkout_token(source: Any) -> str:
    if not isinstance(source, Checkout):
        raise Refusal(
            "ORDER_NOT_PAYABLE",
            _("Welfare credit pays a cart, not an order that is there already. Buy it as a cart."),
            field="id",
        )
    return str(source.pk)


def _wrong_amount(whole_cents: int) -> Refusal:
    return Refusal(
        "WRONG_AMOUNT",
        _("Welfare credit pays all of it or nothing: %(sum)s.") % {"sum": euro(whole_cents)},
        field="amount",
        due_cents=whole_cents,
    )


def _the_only_one(gateway_id: str, item: Any, checkout: Any, token: str) -> None:
    """Refuse a second payment of a checkout; one whose hold is over makes room.

    Raises:
        Refusal: IDEMPOTENCY_CONFLICT, TRANSACTION_UNDER_WAY, OTHER_PAYMENT.
    """
    if item.psp_reference not in (None, "", token):
        raise Refusal(
            "IDEMPOTENCY_CONFLICT",
            _("This key stands for a payment that is over. Use a new key."),
            field="idempotencyKey",
        )
    for other in items.with_money(checkout):
        if other.pk == item.pk:
            continue
        if other.app_identifier != gateway_id:
            raise other_payment()
        if other.psp_reference == token:
            raise Refusal(
                "TRANSACTION_UNDER_WAY",
                _("Credit is set aside for this cart already. Complete it, or cancel that first."),
                field="id",
            )
        items.released(other, "another has taken its place")


def other_payment() -> Refusal:
    """What a checkout gets that somebody else pays as well."""
    return Refusal(
        "OTHER_PAYMENT",
        _("Something else pays a part of this cart. Welfare credit pays all of it or nothing."),
        field="id",
    )


def pay(gateway: Gateway, gateway_id: str, checkout: Any) -> bool:
    """Pay a checkout, on its way to an order, by its session; False where it has none.

    Raises:
        Refusal: OTHER_PAYMENT, and what the gateway refuses.
    """
    item = items.authorized(checkout.pk, gateway_id)
    if item is None:
        return False
    if items.with_money(checkout) != [item]:
        raise other_payment()
    gateway.checkout_prepare(checkout, hold_token=item.psp_reference, discounts=None)
    reference = gateway.hold_pay(
        hold_token=item.psp_reference,
        amount_cents=cents(item.authorized_value),
        currency=item.currency,
    )
    items.charged(item, reference)
    return True


def refund(gateway: Gateway, action: Any) -> None:
    """Do what ``transactionRequestAction`` REFUND asks for, once."""
    item, amount = action.transaction, action.action_value
    left = ["REFUND"] if item.charged_value > amount else []
    _act(
        action,
        "REFUND",
        left,
        lambda: gateway.refund(order_id=str(item.order_id or ""), amount_cents=cents(amount)),
    )


def cancel(gateway: Gateway, action: Any) -> None:
    """Do what ``transactionRequestAction`` CANCEL asks for, once."""

    def void() -> None:
        gateway.hold_void(action.transaction.psp_reference or "")
        _check_whole(action.action_value, action.transaction.authorized_value)

    _act(action, "CANCEL", [], void)


def charge(gateway: Gateway, action: Any) -> None:
    """Refuse what ``transactionRequestAction`` CHARGE asks for: the buyer completes the cart."""

    def refuse() -> None:
        raise gateway.not_offered("charge")

    _act(action, "CHARGE", [], refuse)


def _check_whole(amount: Decimal, whole: Decimal) -> None:
    if amount != whole:
        raise _wrong_amount(cents(whole))


def _act(action: Any, name: str, left: list[str], do: Callable[[], Any]) -> None:
    """Do what is asked for and write the answer down; the same request again does nothing.

    A request may be told several times: by a retry of whoever passes it on (saleor/apps #2446).
    """
    with transaction.atomic():
        told = TransactionEvent.objects.select_for_update(of=("self",)).get(pk=action.event.pk)
        reference = f"request:{told.pk}"
        _forget_webhooks(told, reference)
        if told.psp_reference == reference:
            return
        answer = {"pspReference": reference, "amount": action.action_value}
        try:
            with transaction.atomic():
                do()
        except Refusal as refusal:
            answer |= {"result": f"{name}_FAILURE", "message": _said_no(refusal)}
        else:
            answer |= {"result": f"{name}_SUCCESS", "actions": left}
        create_transaction_event_from_request_and_webhook_response(
            action.event, action.transaction_app_owner, answer
        )


_FAILURES = {
    TransactionEventType.CHARGE_REQUEST: TransactionEventType.CHARGE_FAILURE,
    TransactionEventType.REFUND_REQUEST: TransactionEventType.REFUND_FAILURE,
    TransactionEventType.CANCEL_REQUEST: TransactionEventType.CANCEL_FAILURE,
}


def _forget_webhooks(request: Any, reference: str) -> None:
    """Take back what Saleor's webhooks plugin has written: that it found no webhook to ask."""
    TransactionEvent.objects.filter(
        Q(psp_reference=None) | Q(psp_reference=reference),
        transaction_id=request.transaction_id,
        pk__gt=request.pk,
        type=_FAILURES[request.type],
        include_in_calculations=False,
    ).delete()
