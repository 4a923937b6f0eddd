"""How a client speaks to Saleor 2.10.1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Permission
from graphql_jwt.shortcuts import get_token

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
