"""Whoever names no channel, as clients of Saleor 2 do, buys in the territory's."""

from __future__ import annotations

import pytest
from django.conf import settings
from saleor.channel.models import Channel

from marketplace.shop.saleor3.channels import channel
from tests.shopping import gid

CREATE = """mutation($lines: [CheckoutLineInput!]!) {
  checkoutCreate(input: {lines: $lines, email: "a@example.com"}) {
    checkout { channel { slug } lines { quantity } } errors { field code } } }"""


def test_a_checkout_without_a_channel_is_of_ours(api, town):
    lines = [{"variantId": gid("ProductVariant", town.honey.pk), "quantity": 2}]
    made = api.data(CREATE, {"lines": lines})["checkoutCreate"]
    assert made["errors"] == []
    assert made["checkout"]["channel"] == {"slug": settings.WELFAREPIU_CHANNEL}


def test_with_another_open_channel_it_would_be_asked_for(api, town):
    """The twin."""
    Channel.objects.filter(slug=settings.DEFAULT_CHANNEL_SLUG).update(is_active=True)
    made = api.data(CREATE, {"lines": []})["checkoutCreate"]
    assert [error["field"] for error in made["errors"]] == ["channel"]


@pytest.mark.parametrize("used", [False, True])
def test_saleors_own_is_closed_unless_it_is_used(db, used):
    own = Channel.objects.get(slug=settings.DEFAULT_CHANNEL_SLUG)
    if used:
        own.orders.create(lines_count=0, currency="EUR")
    channel()
    own.refresh_from_db()
    assert own.is_active is used
