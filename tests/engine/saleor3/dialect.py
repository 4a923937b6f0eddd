"""How a client speaks to Saleor 3.23."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from saleor.core.jwt import JWT_ACCESS_TYPE, create_access_token, jwt_encode, jwt_user_payload
from saleor.permission.models import Permission

__all__ = ["CHECKOUT", "STEPS", "Permission", "old_token_of", "token_of"]

# What every new checkout says besides what is in it.
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


def token_of(user: Any) -> str:
    """A token that signs the user in."""
    return str(create_access_token(user))


def old_token_of(user: Any) -> str:
    """A token that has expired."""
    return str(jwt_encode(jwt_user_payload(user, JWT_ACCESS_TYPE, None, {"exp": 1})))
