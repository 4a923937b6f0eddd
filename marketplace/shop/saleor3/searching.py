"""Search words of people and orders, which Saleor 3.23 makes when it saves one, and then alone.

Goods and carts are marked to be searched anew, and Saleor's clock does it; people and orders have
no such mark, so that those which were written many at once were never found.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import transaction
from saleor.account.models import User
from saleor.account.search import generate_user_search_vector_value
from saleor.core.search_tasks import set_search_vector_values
from saleor.order.models import Order
from saleor.order.search import prepare_order_search_vector_value

# Rows to a statement: it grows with the square of them, and an order has more words than a person.
_PEOPLE_AT_ONCE, _ORDERS_AT_ONCE = 50, 10
# What Saleor reads to say by which words an order is found.
_OF_AN_ORDER = (
    "user",
    "billing_address",
    "shipping_address",
    "payments",
    "discounts",
    "lines",
    "payment_transactions__events",
    "invoices",
    "events",
)


def search_fill(*, seconds: float) -> int:
    """The newest first; what somebody else is changing, next time."""
    until = time.monotonic() + seconds
    people = User.objects.order_by("-pk").prefetch_related("addresses")
    orders = Order.objects.order_by("-number").prefetch_related(*_OF_AN_ORDER)
    return _fill(people, generate_user_search_vector_value, _PEOPLE_AT_ONCE, until) + _fill(
        orders, prepare_order_search_vector_value, _ORDERS_AT_ONCE, until
    )


def _fill(rows: Any, words: Callable[..., Any], at_once: int, until: float) -> int:
    unfilled = rows.filter(search_vector=None)
    count = 0
    while time.monotonic() < until:
        with transaction.atomic():
            batch = list(unfilled.select_for_update(of=("self",), skip_locked=True)[:at_once])
            if not batch:
                break
            count += set_search_vector_values(batch, words)
    return count
