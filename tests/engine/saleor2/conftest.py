"""A real order of Saleor's, built by its models."""

from __future__ import annotations

from decimal import Decimal

import pytest
from prices import Money, TaxedMoney


@pytest.fixture
def order(db):
    from saleor.account.models import Address, User
    from saleor.order.models import Order

    user = User.objects.create_user("anna@example.com", "a long password")
    address = Address.objects.create(
        first_name="Anna",
        last_name="Rossi",
        street_address_1="Via Roma 1",
        postal_code="24060",
        city="Casazza",
        country="IT",
    )
    price = TaxedMoney(net=Money("12.50", "EUR"), gross=Money("12.50", "EUR"))
    order = Order.objects.create(
        user=user,
        user_email=user.email,
        billing_address=address,
        shipping_address=address,
        total=price * 2,
        currency="EUR",
    )
    order.lines.create(
        product_name="Cassetta <b>bio</b> & miele",
        variant_name="",
        product_sku="BOX-1",
        is_shipping_required=True,
        quantity=2,
        unit_price=price,
        tax_rate=Decimal("0"),
    )
    return order


@pytest.fixture
def fulfillment(order):
    fulfillment = order.fulfillments.create(tracking_number="BG-77")
    fulfillment.lines.create(order_line=order.lines.get(), quantity=2)
    return fulfillment
