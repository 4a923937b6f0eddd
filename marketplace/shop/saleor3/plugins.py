"""Saleor 3.23's plugin hooks, translated to what our plugins say."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from saleor.checkout import CheckoutAuthorizeStatus
from saleor.payment import TransactionKind
from saleor.payment.interface import GatewayResponse
from saleor.plugins.base_plugin import BasePlugin

from marketplace.money import CURRENCY, cents
from marketplace.refusals import Refusal
from marketplace.shop import completion
from marketplace.shop.facts import Gateway
from marketplace.shop.saleor3 import sessions


class Plugin(BasePlugin):
    """The base of our plugins; a plugin says its id and its name."""

    DEFAULT_ACTIVE = True
    # One territory, one rule: nobody switches the gates off for a channel.
    CONFIGURATION_PER_CHANNEL = False


class SessionHooks:
    """Saleor's Transactions API: hooks that all payments pass, ours and everybody else's."""

    PLUGIN_ID: str
    gateway: Gateway

    def payment_gateway_initialize_session(
        self, amount: Any, payment_gateways: Any, source_object: Any, previous_value: Any
    ) -> Any:
        answers = list(previous_value or [])
        if not payment_gateways or any(self._is_ours(one) for one in payment_gateways):
            answers.append(sessions.offer(self.gateway, self.PLUGIN_ID, source_object))
        return answers

    def transaction_initialize_session(self, session: Any, previous_value: Any) -> Any:
        if not self._is_ours(session.payment_gateway_data):
            return previous_value
        return sessions.authorize(self.gateway, self.PLUGIN_ID, session)

    def transaction_process_session(self, session: Any, previous_value: Any) -> Any:
        return self.transaction_initialize_session(session, previous_value)

    def transaction_charge_requested(self, action: Any, previous_value: Any) -> Any:
        return self._act(sessions.charge, action, previous_value)

    def transaction_refund_requested(self, action: Any, previous_value: Any) -> Any:
        return self._act(sessions.refund, action, previous_value)

    def transaction_cancelation_requested(self, action: Any, previous_value: Any) -> Any:
        return self._act(sessions.cancel, action, previous_value)

    def _act(self, act: Callable[[Gateway, Any], None], action: Any, previous_value: Any) -> Any:
        if self._is_ours(action.transaction):
            act(self.gateway, action)
        return previous_value

    def _is_ours(self, of: Any) -> bool:
        return bool(of.app_identifier == self.PLUGIN_ID)


class GatewayPlugin(SessionHooks, Plugin):
    """The base of a payment gateway that sees checkouts before their payment."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # Saleor takes for a gateway what names this in its own class, not in a base of it.
        setattr(cls, "process_payment", cls.process_payment)  # noqa: B010 (a method, to mypy)

    def preprocess_order_creation(self, checkout_info: Any, lines: Any, previous_value: Any) -> Any:
        checkout = checkout_info.checkout
        # Saleor completes a checkout by its transactions where they cover it, else by its payment.
        covered = checkout.authorize_status == CheckoutAuthorizeStatus.FULL
        if covered and sessions.pay(self.gateway, self.PLUGIN_ID, checkout):
            return previous_value
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


@lru_cache(maxsize=1)
def gateways() -> dict[str, type[GatewayPlugin]]:
    """The gateways of ours that are installed, by their ids."""
    installed = [import_string(path) for path in settings.PLUGINS]
    return {one.PLUGIN_ID: one for one in installed if issubclass(one, GatewayPlugin)}
