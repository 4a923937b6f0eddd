"""How a client speaks to Saleor 2.10.1."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from graphql_jwt.shortcuts import get_token

__all__ = ["CHECKOUT", "STEPS", "Permission", "old_token_of", "token_of"]

# What every new checkout says besides what is in it.
CHECKOUT: dict[str, Any] = {}
STEPS = {
    "create": """mutation($input: CheckoutCreateInput!) { checkoutCreate(input: $input) {
      checkout { id totalPrice { gross { amount } } } checkoutErrors { field message code } } }""",
    "deliver": """mutation($id: ID!, $method: ID!) {
      checkoutShippingMethodUpdate(checkoutId: $id, shippingMethodId: $method) {
        checkout { totalPrice { gross { amount } } } checkoutErrors { field message code } } }""",
    "pay": """mutation($id: ID!, $input: PaymentInput!) {
      checkoutPaymentCreate(checkoutId: $id, input: $input) {
        payment { id } paymentErrors { field message code } } }""",
    "complete": """mutation($id: ID!) { checkoutComplete(checkoutId: $id) {
      order { id number total { gross { amount } } } checkoutErrors { field message code }
      welfareErrors { code message line } } }""",
}


def token_of(user: Any) -> str:
    """A token that signs the user in."""
    return str(get_token(user))


def old_token_of(user: Any) -> str:
    """A token that has expired."""
    return str(get_token(user, exp=1))
