"""What Saleor 3 does with an order after its commit, and our worker with one of the one request."""

from __future__ import annotations

from typing import Any

import pytest
from saleor.app.models import App
from saleor.core.models import EventDelivery
from saleor.core.search import prefix_search
from saleor.order.models import Order
from saleor.permission.models import Permission

from marketplace.api.entities import to_global
from marketplace.sales.announcements import order_announce
from marketplace.shop.saleor3.orders import PLACED_AND_PAID
from tests import shopping
from tests.shopping import PURCHASE, purchase_input
from tests.steps import Steps


@pytest.fixture
def town(committed_db: Any) -> Any:
    """Committed for real: Saleor's steps tell of an order after its commit."""
    return shopping.build()


@pytest.fixture
def orders(api: Any, town: Any) -> tuple[Any, Any]:
    """One by Saleor's steps and one by the one request, which was announced."""
    steps = Steps(api, town.employee)
    steps.ready((town.honey, 2), (town.camp, 1), method=town.delivery)
    steps.complete()
    by_steps = Order.objects.get()
    given = purchase_input("as-saleor-does", (town.honey, 2), (town.camp, 1))
    assert api.data(PURCHASE, given, user=town.employee)["purchaseCreate"]["errors"] == []
    by_one = Order.objects.exclude(pk=by_steps.pk).get()
    assert order_announce(order_id=str(by_one.pk))
    by_one.refresh_from_db()
    return by_steps, by_one


@pytest.fixture
def listening(town: Any) -> None:
    """An app of the shop's that wants to hear what becomes of a new order."""
    app = App.objects.create(name="Accounting", is_active=True)
    app.permissions.set(Permission.objects.filter(codename="manage_orders"))
    hook = app.webhooks.create(name="all", target_url="http://127.0.0.1:9/", is_active=True)
    for event in PLACED_AND_PAID:
        hook.events.create(event_type=event)


def test_the_shops_apps_hear_the_same_of_either(listening: None, orders: tuple[Any, Any]) -> None:
    def told(order: Any) -> list[str]:
        deliveries = EventDelivery.objects.order_by("pk").select_related("payload")
        subject = to_global("Order", order.pk)
        return [one.event_type for one in deliveries if subject in one.payload.get_payload()]

    by_steps, by_one = map(told, orders)
    assert by_steps == by_one == list(PLACED_AND_PAID)


def test_staff_find_either_by_the_same_words(town: Any, orders: tuple[Any, Any]) -> None:
    for word in ("Honey", town.camp.sku, "Tadini", "Rossi", town.employee.email):
        assert set(prefix_search(Order.objects.all(), word)) == set(orders), word
    for order in orders:
        assert list(prefix_search(Order.objects.all(), order.checkout_token)) == [order]


def test_either_counts_among_the_buyers_orders(town: Any, orders: tuple[Any, Any]) -> None:
    town.employee.refresh_from_db()
    assert town.employee.number_of_orders == len(orders)
