"""How a client speaks to Saleor 3.23."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from saleor.core.jwt import JWT_ACCESS_TYPE, create_access_token, jwt_encode, jwt_user_payload
from saleor.permission.models import Permission

from marketplace.api.entities import to_global
from marketplace.shop.saleor3.channels import channel

__all__ = [
    "CHECKOUT",
    "PRODUCT",
    "PUBLISHING",
    "STEPS",
    "Permission",
    "old_token_of",
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
    "pay": """mutation($id: ID!, $input: PaymentInput!) {
      checkoutPaymentCreate(id: $id, input: $input) {
        payment { id } paymentErrors: errors { field message code } } }""",
    "complete": """mutation($id: ID!) { checkoutComplete(id: $id) {
      order { id number total { gross { amount } } } checkoutErrors: errors { field message code }
      welfareErrors { code message line } } }""",
}

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
