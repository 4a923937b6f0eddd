"""The mutations of Saleor 3's Transactions API, where they are about a gateway of ours.

Saleor asks nobody who they are, and writes a payment down before it asks the gateway. Here it is
known who asks, the checkout is locked, and what is refused leaves nothing behind. Each mutation is
Saleor's with something around its resolver: arguments and answers stay as they are, a refusal
stands in its errors with code and sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from graphql import GraphQLError
from saleor.checkout.models import Checkout
from saleor.graphql.core.context import disallow_replica_in_context, setup_context_user
from saleor.graphql.core.utils import from_global_id_or_error
from saleor.graphql.payment.mutations.transaction.utils import get_transaction_item

from marketplace.refusals import Refusal
from marketplace.shop.saleor3 import items
from marketplace.shop.saleor3.plugins import gateways
from marketplace.shop.saleor3.sessions import asking

Given = dict[str, Any]
Before = Callable[[Any, int | None, Given], None]


def initialize_gateway(field: Any) -> Any:
    """``paymentGatewayInitialize``: each gateway says for itself what it offers this person."""
    return _around(field, _every_call, _nothing)


def initialize(field: Any) -> Any:
    """``transactionInitialize``: a hold, written down as Saleor does, or nothing."""
    return _around(field, _gateway_named, _ready)


def process(field: Any) -> Any:
    """``transactionProcess``: by the buyer alone; a hold that is over is not said to hold."""
    return _around(field, _item_named, _own_and_open)


def act(field: Any) -> Any:
    """``transactionRequestAction``, and its like: for whom Saleor lets handle payments."""
    return _around(field, _item_named, _locked)


def report(field: Any) -> Any:
    """``transactionEventReport`` and ``transactionUpdate``: what is written of our money is
    written by us."""
    return _around(field, _item_named, _by_nobody)


AROUND: dict[str, Callable[[Any], Any]] = {
    "payment_gateway_initialize": initialize_gateway,
    "transaction_event_report": report,
    "transaction_initialize": initialize,
    "transaction_process": process,
    "transaction_request_action": act,
    "transaction_request_refund_for_granted_refund": act,
    "transaction_update": report,
}


def _around(field: Any, about: Callable[[Given], Any], before: Before) -> Any:
    """Saleor's field; what it does about something of ours is all or nothing.

    Args:
        about: what of ours a call is about; None where it is about nothing of ours.
        before: locks it, and refuses at once what may be refused at once.
    """
    wrapped = copy(field)
    resolver = field.resolver

    def resolve(root: Any, info: Any, **given: Any) -> Any:
        disallow_replica_in_context(info.context)
        setup_context_user(info.context)
        user_id = info.context.user.pk if info.context.user else None
        ours = about(given)
        with asking(user_id, whole=given.get("amount") is None) as asked:
            if ours is None:
                return resolver(root, info, **given)
            try:
                with transaction.atomic():
                    before(ours, user_id, given)
                    answer = resolver(root, info, **given)
                    if asked.refusal is not None:
                        raise asked.refusal
                    transaction.set_rollback(bool(answer.errors))
                    return answer
            except Refusal as refusal:
                return _refused(field.type, refusal)

    wrapped.resolver = resolve
    return wrapped


def _refused(payload: Any, refusal: Refusal) -> Any:
    """The payload of a refusal, in Saleor's errors; our codes are not in Saleor's enums."""
    error = ValidationError(str(refusal), code="invalid")
    return payload.handle_errors(ValidationError({refusal.field or "id": error}))


def _every_call(_given: Given) -> bool:
    return True


def _nothing(_about: Any, _user_id: int | None, _given: Given) -> None:
    """Nothing to lock: it is a question."""


def _gateway_named(given: Given) -> tuple[str, str] | None:
    """The gateway of ours that a session is for, and the checkout that it is to pay."""
    gateway = given["payment_gateway"]["id"]
    if gateway not in gateways():
        return None
    kind, token = from_global_id_or_error(given["id"], raise_error=False)
    return gateway, str(token) if kind == "Checkout" else ""


def _ready(about: tuple[str, str], _user_id: int | None, given: Given) -> None:
    gateway, checkout_token = about
    _lock(checkout_token)
    items.owner(gateway, gateways()[gateway].PLUGIN_NAME)
    held = items.authorized(checkout_token or None, gateway)
    if held is not None and given.get("amount") is None:
        # Saleor would take off what is held already: nothing would be left to ask for.
        given["amount"] = held.authorized_value


def _item_named(given: Given) -> Any:
    try:
        item = get_transaction_item(given.get("id"), given.get("token"))
    except (ValidationError, GraphQLError):
        return None
    return item if item.app_identifier in gateways() else None


def _locked(item: Any, _user_id: int | None, _given: Given) -> None:
    _lock(item.checkout_id)


def _own_and_open(item: Any, user_id: int | None, _given: Given) -> None:
    _lock(item.checkout_id)
    of = item.order or item.checkout
    if user_id is None or of is None or of.user_id != user_id:
        raise Refusal(
            "NOT_FOUND",
            _("We cannot find this payment: it is gone, or it is not yours to see."),
            field="id",
        )
    gateway = gateways()[item.app_identifier].gateway
    once_held = item.authorized_value or item.canceled_value
    if once_held and not gateway.hold_open(item.psp_reference or ""):
        raise Refusal(
            "HOLD_OUTDATED",
            _("What was set aside for this cart is over. Pay it anew."),
            field="id",
        )


def _by_nobody(_item: Any, _user_id: int | None, _given: Given) -> None:
    raise Refusal(
        "OPERATION_NOT_OFFERED",
        _("What welfare credit has paid is known here; it is not reported from elsewhere."),
        field="id",
    )


def _lock(checkout_token: Any) -> None:
    """Before all else, as its completion does: two that want one checkout wait for each other."""
    try:
        list(Checkout.objects.select_for_update(of=("self",)).filter(pk=checkout_token or None))
    except ValidationError:
        return
