"""The one request writes what Saleor's own steps write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import shopping
from tests.engine.installed import APART
from tests.shopping import PURCHASE, purchase_input
from tests.steps import Steps

#: What tells one row from another, and the times.
IDENTITY = {
    "id",
    "pk",
    "number",
    "token",
    "checkout_token",
    "checkout_id",
    "order_id",
    "payment_id",
    "billing_address_id",
    "shipping_address_id",
    "stock_id",
    "order_line_id",
    "created",
    "created_at",
    "modified",
    "modified_at",
    "updated_at",
    "date",
}
#: What is rightly not the same on either Saleor, and why.
APART_ON_BOTH = {
    ("payments", "extra_data"): "Saleor notes the browser of who makes the payment in its own step",
    ("payments", "billing_city"): "Saleor's steps write cities in capitals, we as it was given",
    ("shipping", "city"): "as above",
    ("billing", "city"): "as above",
    ("payments", "billing_country_area"): "the one request asks for no province: there is one",
    ("shipping", "country_area"): "as above",
    ("billing", "country_area"): "as above",
}


@pytest.fixture
def town(committed_db):
    """Committed for real: some of an order Saleor 3 writes after its commit."""
    return shopping.build()


def rows(order: Any) -> dict[str, list[dict[str, Any]]]:
    from saleor.account.models import CustomerEvent
    from saleor.payment.models import Transaction
    from saleor.warehouse.models import Allocation

    def facts(found: Any) -> list[dict[str, Any]]:
        return [
            {k: v for k, v in vars(row).items() if k[0] != "_" and k not in IDENTITY}
            for row in found
        ]

    payments = order.payments.order_by("pk")
    paid = facts(payments)
    for payment in paid:
        if "psp_reference" in payment:
            payment["psp_reference"] = payment["psp_reference"] == order.checkout_token
    return {
        "order": facts([order]),
        "lines": facts(order.lines.all()),
        "allocations": facts(Allocation.objects.filter(order_line__order=order).order_by("pk")),
        "payments": paid,
        "transactions": facts(Transaction.objects.filter(payment__order=order).order_by("pk")),
        "shipping": [order.shipping_address.as_data()],
        "billing": [order.billing_address.as_data()],
        "events": [_said(event, payments[0]) for event in order.events.order_by("pk")],
        "customer": facts(CustomerEvent.objects.filter(order=order)),
    }


def _said(event: Any, payment: Any) -> dict[str, Any]:
    """An event with its payment checked, and named alike."""
    said = dict(event.parameters)
    if "payment_id" in said:
        assert said["payment_id"] == payment.token
        said |= {"payment_id": "its payment", "amount": float(said["amount"])}
    return {"type": event.type, "user": event.user_id, **said}


def differences(one: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Table, column and both values of what is not the same."""
    for table in one:
        assert len(one[table]) == len(other[table]), (table, one[table], other[table])
        for ours, saleors in zip(one[table], other[table], strict=True):
            for column in sorted(ours.keys() | saleors.keys()):
                if ours.get(column) != saleors.get(column):
                    yield table, column, ours.get(column), saleors.get(column)


def test_both_ways_write_the_same_rows(api, town):
    from saleor.order.models import Order

    steps = Steps(api, town.employee)
    steps.ready((town.honey, 2), (town.camp, 1), method=town.delivery)
    steps.complete()
    by_steps = Order.objects.get()
    given = purchase_input("as-saleor-does", (town.honey, 2), (town.camp, 1))
    assert api.data(PURCHASE, given, user=town.employee)["purchaseCreate"]["errors"] == []
    by_one = Order.objects.exclude(pk=by_steps.pk).get()

    found = list(differences(rows(by_one), rows(by_steps)))
    rightly = {**APART_ON_BOTH, **APART}
    assert [one for one in found if one[:2] not in rightly] == []
    # Nor is a difference named that is none.
    assert rightly.keys() <= {one[:2] for one in found}
