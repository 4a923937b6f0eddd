"""Carts with a discount code of the shop's, paid with welfare credit: the provider of each line
gets what is paid for it, and nobody a cent more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from saleor.discount import DiscountValueType, VoucherType
from saleor.discount.models import Voucher, VoucherChannelListing, VoucherCode
from saleor.order.models import Order

from marketplace.ledger.verification import verify
from marketplace.providers.models import ProviderOrder
from marketplace.sales.models import Settlement
from marketplace.sales.reversals import Cause, order_refund
from marketplace.shop.saleor3.channels import channel
from tests.engine.saleor3.sessions import Sessions

ADD = """mutation($id: ID!, $code: String!) { checkoutAddPromoCode(id: $id, promoCode: $code) {
  checkout { totalPrice { gross { amount } } } errors { message } } }"""


def code_of(kind: str, value: str, *, percent: bool, **facts: Any) -> str:
    made = Voucher.objects.create(
        type=kind,
        discount_value_type=DiscountValueType.PERCENTAGE if percent else DiscountValueType.FIXED,
        **facts,
    )
    VoucherChannelListing.objects.create(
        voucher=made, channel=channel(), discount_value=Decimal(value), currency="EUR"
    )
    VoucherCode.objects.create(voucher=made, code="LESS")
    return "LESS"


DISCOUNTS = {
    "a percentage of all": (VoucherType.ENTIRE_ORDER, "10", True, {}),
    "cents that do not divide": (VoucherType.ENTIRE_ORDER, "3.33", False, {}),
    "an odd percentage": (VoucherType.ENTIRE_ORDER, "7.77", True, {}),
    "the cheapest piece": (VoucherType.ENTIRE_ORDER, "50", True, {"apply_once_per_order": True}),
    "delivery": (VoucherType.SHIPPING, "2", False, {}),
    "delivery for nothing": (VoucherType.SHIPPING, "100", True, {}),
    "more than all": (VoucherType.ENTIRE_ORDER, "70", False, {}),
}


@pytest.fixture
def session(api, town):
    return Sessions(api, town.employee)


@pytest.mark.parametrize("by_session", [False, True], ids=["in steps", "by transaction"])
@pytest.mark.parametrize("discount", DISCOUNTS.values(), ids=DISCOUNTS)
def test_what_is_paid_is_what_is_shared_out(api, town, session, discount, by_session):
    kind, value, percent, facts = discount
    before = town.credit_left()
    session.cart(town, (town.honey, 3), (town.camp, 1))
    code = code_of(kind, value, percent=percent, **facts)
    added = api.data(ADD, {"id": session.checkout, "code": code}, user=town.employee)
    assert added["checkoutAddPromoCode"]["errors"] == []
    total = added["checkoutAddPromoCode"]["checkout"]["totalPrice"]["gross"]["amount"]
    if by_session:
        assert session.initialize()["errors"] == []
    else:
        session.pay(session.hold()["hold"]["token"])
    done = session.complete()
    assert done["order"], done
    assert done["order"]["total"]["gross"]["amount"] == total
    order, settlement = Order.objects.get(), Settlement.objects.get()
    parts = {part.provider_id: part.gross_cents for part in ProviderOrder.objects.all()}
    assert settlement.gross_cents == round(total * 100) == before - town.credit_left()
    assert settlement.gross_cents == sum(parts.values()) + settlement.delivery_cents
    assert order.total_charged_amount == order.total_gross_amount == Decimal(str(total))
    assert order_refund(order_id=str(order.pk), cause=Cause("test")) == settlement.gross_cents
    order.refresh_from_db()
    assert (town.credit_left(), order.total_charged_amount) == (before, 0)
    assert verify() == []
