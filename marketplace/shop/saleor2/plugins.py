"""Saleor 2.10.1's plugin hooks, translated to what our plugins say."""

from __future__ import annotations

from typing import Any

from saleor.plugins.base_plugin import BasePlugin

from marketplace.shop.gateways import PaymentHooks


class Plugin(BasePlugin):
    """The base of our plugins; a plugin says its id and its name."""

    DEFAULT_ACTIVE = True


class GatewayPlugin(PaymentHooks, Plugin):
    """The base of a payment gateway that sees checkouts before their payment."""

    def preprocess_order_creation(self, checkout: Any, discounts: Any, previous_value: Any) -> Any:
        payment = checkout.get_last_active_payment()
        token = payment.token if payment and payment.gateway == self.PLUGIN_ID else ""
        self.gateway.checkout_prepare(checkout, hold_token=token, discounts=discounts)
        return previous_value

    def order_created(self, order: Any, previous_value: Any) -> Any:
        self.gateway.order_placed(order.checkout_token)
        return previous_value

    def order_cancelled(self, order: Any, previous_value: Any) -> Any:
        self.gateway.order_cancelled(str(order.pk), order.checkout_token)
        return previous_value
