"""Saleor 3.23's plugin hooks, translated to what our plugins say."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from saleor.payment import TransactionKind
from saleor.payment.interface import GatewayResponse
from saleor.plugins.base_plugin import BasePlugin

from marketplace.money import CURRENCY, cents
from marketplace.refusals import Refusal
from marketplace.shop import completion
from marketplace.shop.facts import Gateway


class Plugin(BasePlugin):
    """The base of our plugins; a plugin says its id and its name."""

    DEFAULT_ACTIVE = True
    # One territory, one rule: nobody switches the gates off for a channel.
    CONFIGURATION_PER_CHANNEL = False


class GatewayPlugin(Plugin):
    """The base of a payment gateway that sees checkouts before their payment."""

    gateway: Gateway

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # Saleor takes for a gateway what names this in its own class, not in a base of it.
        setattr(cls, "process_payment", cls.process_payment)  # noqa: B010 (a method, to mypy)

    def preprocess_order_creation(self, checkout_info: Any, lines: Any, previous_value: Any) -> Any:
        checkout = checkout_info.checkout
        payment = checkout.get_last_active_payment()
        token = payment.token if payment and payment.gateway == self.PLUGIN_ID else ""
        self.gateway.checkout_prepare(checkout, hold_token=token, discounts=None)
        return previous_value

    def order_created(self, order: Any, previous_value: Any, webhooks: Any = None) -> Any:
        self.gateway.order_placed(order.checkout_token)
        return previous_value

    def order_cancelled(self, order: Any, previous_value: Any, webhooks: Any = None) -> Any:
        self.gateway.order_cancelled(str(order.pk), order.checkout_token)
        return previous_value

    def process_payment(self, payment_information: Any, previous_value: Any) -> GatewayResponse:
        return _respond(
            TransactionKind.CAPTURE,
            payment_information,
            lambda: self.gateway.hold_pay(
                hold_token=payment_information.token or "",
                amount_cents=cents(Decimal(payment_information.amount)),
                currency=payment_information.currency,
            ),
        )

    def refund_payment(self, payment_information: Any, previous_value: Any) -> GatewayResponse:
        return _respond(
            TransactionKind.REFUND,
            payment_information,
            lambda: self.gateway.refund(
                order_id=str(payment_information.order_id or ""),
                amount_cents=cents(Decimal(payment_information.amount)),
            ),
        )

    def void_payment(self, payment_information: Any, previous_value: Any) -> GatewayResponse:
        return _respond(
            TransactionKind.VOID,
            payment_information,
            lambda: self.gateway.hold_void(payment_information.token or ""),
        )

    def capture_payment(self, payment_information: Any, previous_value: Any) -> GatewayResponse:
        return self._refuse(TransactionKind.CAPTURE, payment_information, "capture")

    def authorize_payment(self, payment_information: Any, previous_value: Any) -> GatewayResponse:
        return self._refuse(TransactionKind.AUTH, payment_information, "authorize")

    def confirm_payment(self, payment_information: Any, previous_value: Any) -> GatewayResponse:
        # Saleor adds what it confirms to the captured amount: a second payment out of nothing.
        return self._refuse(TransactionKind.CONFIRM, payment_information, "confirm")

    def get_payment_config(self, previous_value: Any) -> list[dict[str, str]]:
        return []

    def get_supported_currencies(self, previous_value: Any) -> list[str]:
        return [CURRENCY]

    def _refuse(self, kind: str, information: Any, operation: str) -> GatewayResponse:
        def refuse() -> str:
            raise self.gateway.not_offered(operation)

        return _respond(kind, information, refuse)


def _respond(kind: str, information: Any, act: Callable[[], str | None]) -> GatewayResponse:
    """Do it and tell Saleor: success with a reference, or failure with the code and sentence."""
    error, reference = None, None
    try:
        reference = act()
    except Refusal as refusal:
        error = str(refusal)[:256]
        under_way = completion.current()
        if under_way is not None:
            under_way.refusal = refusal
    return GatewayResponse(
        is_success=error is None,
        action_required=False,
        kind=kind,
        amount=information.amount,
        currency=information.currency,
        transaction_id=reference or information.token or "",
        error=error,
        raw_response={},
    )
