"""Every other way to a gateway through Saleor 3.23's payments, for who tries them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from saleor.payment import gateway
from saleor.payment.interface import PaymentData
from saleor.plugins.manager import get_plugins_manager

from marketplace.shop.saleor3.channels import channel_slug

STAFF = ("manage_orders", "handle_payments")
CAPTURE = """mutation($id: ID!, $amount: PositiveDecimal) {
  paymentCapture(paymentId: $id, amount: $amount) {
  paymentErrors: errors { message code } } }"""
VOID = """mutation($id: ID!) { paymentVoid(paymentId: $id) {
  paymentErrors: errors { message code } } }"""
ORDER_CAPTURE = """mutation($id: ID!, $amount: PositiveDecimal!) {
  orderCapture(id: $id, amount: $amount) { orderErrors: errors { message code } } }"""
ORDER_VOID = "mutation($id: ID!) { orderVoid(id: $id) { orderErrors: errors { message code } } }"
ORDER_REFUND = """mutation($id: ID!, $amount: PositiveDecimal!) {
  orderRefund(id: $id, amount: $amount) { orderErrors: errors { message code } } }"""
MARK_PAID = """mutation($id: ID!) { orderMarkAsPaid(id: $id) {
  orderErrors: errors { message code } } }"""


def information(token: str, amount: str = "8.50", currency: str = "EUR") -> PaymentData:
    """What Saleor tells a gateway of a payment."""
    return PaymentData(
        gateway="",
        amount=Decimal(amount),
        currency=currency,
        billing=None,
        shipping=None,
        payment_id=0,
        graphql_payment_id="",
        order_id=None,
        customer_ip_address=None,
        customer_email="thief@example.com",
        token=token,
    )


def ask(method: str, gateway_id: str, given: PaymentData) -> Any:
    """Call a gateway's method as Saleor does."""
    manager = get_plugins_manager(allow_replica=False)
    return getattr(manager, method)(gateway_id, given, channel_slug())


def process(payment: Any, token: str) -> Any:
    """Process a payment as Saleor does."""
    manager = get_plugins_manager(allow_replica=False)
    return gateway.process_payment(payment, token, manager, channel_slug())
