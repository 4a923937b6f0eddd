"""Saleor 3.23's plugin hooks, translated to what our plugins say."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from saleor.checkout import CheckoutAuthorizeStatus
from saleor.plugins.base_plugin import BasePlugin

from marketplace.money import CURRENCY
from marketplace.shop.facts import Gateway
from marketplace.shop.gateways import PaymentHooks
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


class GatewayPlugin(PaymentHooks, SessionHooks, Plugin):
    """The base of a payment gateway that sees checkouts before their payment."""

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

    def process_payment(self, payment_information: Any, previous_value: Any) -> Any:
        answer = super().process_payment(payment_information, previous_value)
        if answer.is_success:
            # By which staff finds the order: Saleor 3 looks for this one, not for the token.
            answer.psp_reference = answer.transaction_id
        return answer

    def get_supported_currencies(self, previous_value: Any) -> list[str]:
        return [CURRENCY]


@lru_cache(maxsize=1)
def gateways() -> dict[str, type[GatewayPlugin]]:
    """The gateways of ours that are installed, by their ids."""
    installed = [import_string(path) for path in settings.PLUGINS]
    return {one.PLUGIN_ID: one for one in installed if issubclass(one, GatewayPlugin)}
