"""The territory's channel: whoever names none, as clients of Saleor 2 do, buys in it; and what its
staff made for another delivers in it too."""

from __future__ import annotations

import pytest
from django.conf import settings
from saleor.channel.models import Channel
from saleor.shipping.models import ShippingZone

from marketplace.shop.saleor3 import channels
from marketplace.shop.saleor3.channels import channel
from tests import shopping
from tests.shopping import gid
from tests.steps import Steps

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


@pytest.fixture
def zone_of_another(db):
    """Italy, as Saleor's staff ships there from a channel of their own."""
    theirs = Channel.objects.create(
        name="Theirs", slug="theirs", currency_code="EUR", default_country="IT", is_active=False
    )
    zone = ShippingZone.objects.create(name="Italy", countries=["IT"])
    zone.channels.add(theirs)
    return zone


def delivered(api) -> list[str]:
    """What a jar of honey and its delivery are refused with, by Saleor's own steps."""
    town = shopping.build()
    steps = Steps(api, town.employee)
    steps.create((town.honey, 1))
    found = steps.deliver(town.delivery)["checkoutErrors"] if steps.checkout else ["no checkout"]
    return [str(error) for error in found]


def test_a_zone_of_another_channel_delivers_here_too(api, zone_of_another):
    assert delivered(api) == []
    slugs = set(zone_of_another.channels.values_list("slug", flat=True))
    assert slugs == {"theirs", settings.WELFAREPIU_CHANNEL}


def test_twin_a_zone_that_stays_theirs_delivers_nothing_of_ours(api, zone_of_another, monkeypatch):
    join = channels.channel_join

    def join_but_zones(row):
        if not isinstance(row, ShippingZone):
            join(row)

    monkeypatch.setattr(channels, "channel_join", join_but_zones)
    assert delivered(api) != []
