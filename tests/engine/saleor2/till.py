"""Every other way to a gateway through Saleor 2.10.1's payments, for who tries them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from saleor.payment import gateway
from saleor.payment.interface import PaymentData
from saleor.plugins.manager import get_plugins_manager

STAFF = ("manage_orders",)
CAPTURE = """mutation($id: ID!, $amount: Decimal) {
  paymentCapture(paymentId: $id, amount: $amount) {
  paymentErrors { message code } } }"""
VOID = "mutation($id: ID!) { paymentVoid(paymentId: $id) { paymentErrors { message code } } }"
ORDER_CAPTURE = """mutation($id: ID!, $amount: Decimal!) { orderCapture(id: $id, amount: $amount) {
  orderErrors { message code } } }"""
ORDER_VOID = "mutation($id: ID!) { orderVoid(id: $id) { orderErrors { message code } } }"
ORDER_REFUND = """mutation($id: ID!, $amount: Decimal!) { orderRefund(id: $id, amount: $amount) {
  orderErrors { message code } } }"""
MARK_PAID = "mutation($id: ID!) { orderMarkAsPaid(id: $id) { orderErrors { message code } } }"


def information(token: str, amount: str = "8.50", currency: str = "EUR") -> PaymentData:
    """What Saleor tells a gateway of a payment."""
    return PaymentData(
        amount=Decimal(amount),
        currency=currency,
        billing=None,
        shipping=None,
        order_id=None,
        customer_ip_address=None,
        customer_email="thief@example.com",
        token=token,
    )


def ask(method: str, gateway_id: str, given: PaymentData) -> Any:
    """Call a gateway's method as Saleor does."""
    return getattr(get_plugins_manager(), method)(gateway_id, given)


def process(payment: Any, token: str) -> Any:
    """Process a payment as Saleor does."""
    return gateway.process_payment(payment, token)
