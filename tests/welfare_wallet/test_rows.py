"""The one request writes what Saleor's own steps write."""

import pytest

from tests import shopping
from tests.shopping import PURCHASE, purchase_input
from tests.steps import Steps

IGNORED = {
    "id",
    "pk",
    "created",
    "token",
    "checkout_token",
    "order_id",
    "payment_id",
    "modified",
    "billing_address_id",
    "shipping_address_id",
    "stock_id",
    "order_line_id",
    "date",
    "extra_data",
    "customer_ip_address",
    "checkout_id",
    "gateway_response",
    "customer_note",
    "tracking_client_id",
}


@pytest.fixture
def town(committed_db):
    """Committed for real: some of an order Saleor 3 writes after its commit."""
    return shopping.build()


def rows(order):
    from saleor.payment.models import Transaction
    from saleor.warehouse.models import Allocation

    def facts(row):
        return {k: v for k, v in vars(row).items() if k[0] != "_" and k not in IGNORED}

    return {
        "order": facts(order),
        "lines": [facts(line) for line in order.lines.all()],
        "allocations": [facts(row) for row in Allocation.objects.filter(order_line__order=order)],
        "payments": [facts(row) for row in order.payments.all()],
        "transactions": [facts(row) for row in Transaction.objects.filter(payment__order=order)],
        "shipping": order.shipping_address.as_data(),
        "billing": order.billing_address.as_data(),
        "events": sorted(event.type for event in order.events.all()),
    }


def test_both_ways_write_the_same_rows(api, town):
    from saleor.order.models import Order

    steps = Steps(api, town.employee)
    steps.ready((town.honey, 2), (town.camp, 1), method=town.delivery)
    steps.complete()
    given = purchase_input("as-saleor-does", (town.honey, 2), (town.camp, 1))
    assert api.data(PURCHASE, given, user=town.employee)["purchaseCreate"]["errors"] == []
    by_one, by_steps = sorted(
        Order.objects.all(),
        key=lambda order: int(getattr(order, "number", order.pk)),
        reverse=True,
    )
    one, other = rows(by_one), rows(by_steps)
    # Saleor's steps write the city in capitals and, on the one engine, the province.
    for address in ("shipping", "billing"):
        assert other[address].pop("country_area") in ("BG", "")
        del one[address]["country_area"]
        one[address]["city"] = one[address]["city"].upper()
    area = other["payments"][0]["billing_country_area"]
    one["payments"][0] |= {"billing_city": "LOVERE", "billing_country_area": area}
    assert one == other
