"""How a client speaks to Saleor 2.10.1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from graphql_jwt.shortcuts import get_token
from saleor.order.actions import cancel_order
from saleor.order.models import Order

__all__ = [
    "APART",
    "CHECKOUT",
    "EXCHANGED",
    "NOT_A_NUMBER",
    "ORDERS",
    "PRODUCT",
    "PUBLISHING",
    "REGISTERED_BY",
    "SIGNED_BY",
    "STEPS",
    "Permission",
    "bare_order",
    "exchange_token_of",
    "nobody_waits_for_the_buyer",
    "old_token_of",
    "order_cancelled_by",
    "shop_staff",
    "token_of",
]

# What a new checkout, and who asks for a product, says besides.
CHECKOUT: dict[str, Any] = {}
STEPS = {
    "create": """mutation($input: CheckoutCreateInput!) { checkoutCreate(input: $input) {
      checkout { id totalPrice { gross { amount } } } checkoutErrors { field message code } } }""",
    "deliver": """mutation($id: ID!, $method: ID!) {
      checkoutShippingMethodUpdate(checkoutId: $id, shippingMethodId: $method) {
        checkout { totalPrice { gross { amount } } } checkoutErrors { field message code } } }""",
    "change": """mutation($id: ID!, $lines: [CheckoutLineInput!]!) {
      checkoutLinesUpdate(checkoutId: $id, lines: $lines) {
        checkoutErrors { field message code } } }""",
    "pay": """mutation($id: ID!, $input: PaymentInput!) {
      checkoutPaymentCreate(checkoutId: $id, input: $input) {
        payment { id } paymentErrors { field message code } } }""",
    "complete": """mutation($id: ID!) { checkoutComplete(checkoutId: $id) {
      order { id number total { gross { amount } } } checkoutErrors { field message code }
      welfareErrors { code message line } } }""",
}
# What the shop's staff do with orders.
ORDERS = {
    "refund": """mutation($id: ID!, $amount: Decimal) {
      paymentRefund(paymentId: $id, amount: $amount) {
        payment { capturedAmount { amount } chargeStatus } paymentErrors { message code } } }""",
    "cancel": """mutation($id: ID!) { orderCancel(id: $id) {
      order { status } orderErrors { message code } } }""",
    "cancel several": """mutation($ids: [ID]!) { orderBulkCancel(ids: $ids) {
      count orderErrors { message code } } }""",
}
# The argument by which ``tokenRefresh`` takes a token.
EXCHANGED = "token"
# Where the one request rightly writes another thing into an order's rows than Saleor's steps do.
APART = {
    ("order", "tracking_client_id"): "Saleor notes a cookie of its statistics; we keep none",
}
# "NaN" is a Decimal; our rooms refuse it as an amount.
NOT_A_NUMBER = "INVALID_AMOUNT"
# What says more than an address and a password to register somebody.
REGISTERED_BY: dict[str, Any] = {}
# What another process needs, besides the secrets of the environment, to know our tokens.
SIGNED_BY: dict[str, str] = {}

# A product as a customer sees it.
PRODUCT = """query($id: ID!) { product(id: $id) {
  name translation(languageCode: EN) { name description } collections { slug } } }"""
# The doors by which Saleor's own staff publishes a product: a mutation, and its variables from
# the product's and its category's id.
PUBLISHING: dict[str, tuple[str, Callable[[str, str], dict[str, Any]]]] = {
    "many": (
        """mutation($ids: [ID!]!) { productBulkPublish(ids: $ids, isPublished: true) {
          count productErrors { code } } }""",
        lambda product, _category: {"ids": [product]},
    ),
    "one": (
        """mutation($id: ID!, $category: ID!) {
          productUpdate(id: $id, input: {isPublished: true, category: $category}) {
            product { isPublished } productErrors { code } } }""",
        lambda product, category: {"id": product, "category": category},
    ),
}


def token_of(user: Any) -> str:
    """A token that signs the user in."""
    return str(get_token(user))


def old_token_of(user: Any) -> str:
    """A token that has expired."""
    return str(get_token(user, exp=1))


def exchange_token_of(user: Any) -> str:
    """A token that ``tokenRefresh`` takes for a new one: the one that signs in."""
    return token_of(user)


def shop_staff(email: str, *permissions: str) -> Any:
    """Somebody of the shop's staff with these of Saleor's permissions."""
    user = get_user_model().objects.create_user(email, is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    return user


def bare_order(user: Any, *, checkout_token: str) -> Any:
    """An order row with nothing in it."""
    order = Order.objects.create(user=user, currency="EUR")
    Order.objects.filter(pk=order.pk).update(checkout_token=checkout_token)
    order.checkout_token = checkout_token
    return order


def order_cancelled_by(user: Any, order: Any) -> None:
    """Cancel an order as Saleor's own code does."""
    cancel_order(order, user)


def nobody_waits_for_the_buyer(_monkeypatch: Any) -> None:
    """Two purchases of one person wait for each other only where our locks make them."""
