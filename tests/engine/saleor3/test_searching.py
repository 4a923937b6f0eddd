"""Whom and what staff find in the Dashboard that no step of Saleor's had saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from saleor.order.models import Order

from marketplace.shop import tasks
from marketplace.shop.searching import search_fill
from tests.engine.installed import shop_staff
from tests.shopping import PURCHASE, Town, purchase_input

ORDERS = "query($words: String!) { orders(first: 5, search: $words) { edges { node { number } } } }"
PEOPLE = (
    "query($words: String!) { customers(first: 5, search: $words) { edges { node { email } } } }"
)


@pytest.fixture
def number(api, town: Town) -> str:
    """The number of an order that came without words, as its buyer did."""
    made = api.data(
        PURCHASE, purchase_input("an-order-to-find", (town.honey, 1)), user=town.employee
    )["purchaseCreate"]
    assert made["errors"] == []
    Order.objects.update(search_vector=None)
    get_user_model().objects.update(search_vector=None)
    found: str = made["purchase"]["orderNumber"]
    return found


@pytest.fixture
def find(api, db) -> Any:
    staff = shop_staff("staff@example.com", "manage_orders", "manage_users")

    def ask(query: str, words: str) -> list[str]:
        (found,) = api.data(query, {"words": words}, user=staff).values()
        return [value for row in found["edges"] for value in row["node"].values()]

    return ask


def test_the_clock_lets_staff_find_people_and_orders(number, town, find):
    email = town.employee.email
    assert find(ORDERS, number) == find(PEOPLE, email) == []
    assert tasks.fill_search() == Order.objects.count() + get_user_model().objects.count()
    assert find(ORDERS, number) == find(ORDERS, email) == [number]
    assert find(PEOPLE, email) == [email]
    assert tasks.fill_search() == 0


def test_nobody_waits_for_it(number):
    assert search_fill(seconds=0) == 0
    assert Order.objects.filter(search_vector=None).exists()
