"""How a client speaks to Saleor 3.23."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sites.models import Site
from saleor.account.models import Group
from saleor.core.jwt import (
    JWT_ACCESS_TYPE,
    create_access_token,
    create_refresh_token,
    jwt_encode,
    jwt_user_payload,
)
from saleor.order.actions import cancel_order
from saleor.order.models import Order
from saleor.permission.models import Permission
from saleor.plugins.manager import get_plugins_manager

from marketplace.api.entities import to_global
from marketplace.shop.saleor3.channels import channel

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
CHECKOUT: dict[str, Any] = {"channel": settings.WELFAREPIU_CHANNEL}
STEPS = {
    "create": """mutation($input: CheckoutCreateInput!) { checkoutCreate(input: $input) {
      checkout { id totalPrice { gross { amount } } } checkoutErrors: errors {
        field message code } } }""",
    "deliver": """mutation($id: ID!, $method: ID!) {
      checkoutShippingMethodUpdate: checkoutDeliveryMethodUpdate(
          id: $id, deliveryMethodId: $method) {
        checkout { totalPrice { gross { amount } } } checkoutErrors: errors {
          field message code } } }""",
    "change": """mutation($id: ID!, $lines: [CheckoutLineUpdateInput!]!) {
      checkoutLinesUpdate(id: $id, lines: $lines) {
        checkoutErrors: errors { field message code } } }""",
    "pay": """mutation($id: ID!, $input: PaymentInput!) {
      checkoutPaymentCreate(id: $id, input: $input) {
        payment { id } paymentErrors: errors { field message code } } }""",
    "complete": """mutation($id: ID!) { checkoutComplete(id: $id) {
      order { id number total { gross { amount } } } checkoutErrors: errors { field message code }
      welfareErrors { code message line } } }""",
}
# What the shop's staff do with orders.
ORDERS = {
    "refund": """mutation($id: ID!, $amount: PositiveDecimal) {
      paymentRefund(paymentId: $id, amount: $amount) {
        payment { capturedAmount { amount } chargeStatus }
        paymentErrors: errors { message code } } }""",
    "cancel": """mutation($id: ID!) { orderCancel(id: $id) {
      order { status } orderErrors: errors { message code } } }""",
    "cancel several": """mutation($ids: [ID!]!) { orderBulkCancel(ids: $ids) {
      count orderErrors { message code } } }""",
}
# The argument by which ``tokenRefresh`` takes a token.
EXCHANGED = "refreshToken"
# Where the one request rightly writes another thing into an order's rows than Saleor's steps do.
APART = {
    (
        "order",
        "language_code",
    ): "Saleor 3 takes what checkoutCreate names, we what the page speaks",
    ("order", "search_vector"): "eight more statements: the worker writes it with its letters",
    ("payments", "store_payment_method"): "Saleor 3 writes its default's name, not its value",
}
# "NaN" is no Decimal; Saleor's scalar refuses it before our rooms see it.
NOT_A_NUMBER = "INVALID_QUERY"
# What says more than an address and a password to register somebody.
REGISTERED_BY: dict[str, Any] = {
    "channel": settings.WELFAREPIU_CHANNEL,
    "redirectUrl": "http://127.0.0.1/confirm",
}
# What another process needs, besides the secrets of the environment, to know our tokens.
SIGNED_BY = {"RSA_PRIVATE_KEY": str(settings.RSA_PRIVATE_KEY)}

# A product as a customer sees it.
PRODUCT = """query($id: ID!, $channel: String!) { product(id: $id, channel: $channel) {
  name translation(languageCode: EN) { name description } collections { slug } } }"""
# The doors by which Saleor's own staff publishes a product: a mutation, and its variables from
# the product's and its category's id.
PUBLISHING: dict[str, tuple[str, Callable[[str, str], dict[str, Any]]]] = {
    "in the channel": (
        """mutation($id: ID!, $channel: ID!) { productChannelListingUpdate(
          id: $id, input: {updateChannels: [{channelId: $channel, isPublished: true}]}) {
            product { id } errors { code } } }""",
        lambda product, _category: {"id": product, "channel": to_global("Channel", channel().pk)},
    ),
}


def token_of(user: Any) -> str:
    """A token that signs the user in."""
    return str(create_access_token(user))


def old_token_of(user: Any) -> str:
    """A token that has expired."""
    return str(jwt_encode(jwt_user_payload(user, JWT_ACCESS_TYPE, None, {"exp": 1})))


def exchange_token_of(user: Any) -> str:
    """A token that ``tokenRefresh`` takes for a new one; it signs nobody in."""
    return str(create_refresh_token(user))


def shop_staff(email: str, *permissions: str) -> Any:
    """Somebody of the shop's staff with these of Saleor's permissions, in all its channels."""
    user = get_user_model().objects.create_user(email, is_staff=True)
    group, _made = Group.objects.get_or_create(name=f"staff with {', '.join(permissions)}")
    group.permissions.set(Permission.objects.filter(codename__in=permissions))
    user.groups.add(group)
    return user


def bare_order(user: Any, *, checkout_token: str) -> Any:
    """An order row with nothing in it."""
    return Order.objects.create(
        user=user,
        channel=channel(),
        checkout_token=checkout_token,
        currency="EUR",
        lines_count=0,
    )


def order_cancelled_by(user: Any, order: Any) -> None:
    """Cancel an order as Saleor's own code does."""
    cancel_order(
        order,
        user,
        None,
        get_plugins_manager(allow_replica=False),
        Site.objects.get_current().settings,
    )


def nobody_waits_for_the_buyer(monkeypatch: Any) -> None:
    """Saleor 3 counts a person's orders on their own row: their purchases wait for each other
    there, before any lock of ours. Without it they do only where our locks make them."""
    monkeypatch.setattr("marketplace.shop.saleor3.orders.placed_by", lambda _user, _order: None)
