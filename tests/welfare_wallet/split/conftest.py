"""A town with goods that a card may pay a part of, and a Stripe to pay it at."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests import shopping
from tests.stripe_here import our_api, stripe_api, stripe_process, webhook_port
from tests.welfare_wallet.split.shopper import Shopper

__all__ = ["our_api", "stripe_api", "stripe_process", "webhook_port"]

CREDIT_CENTS = 3000


def stocked(town: Any) -> Any:
    """Oil and jam (letter c3, goods) of the dairy, a workshop (c3, by voucher), yoga (f)."""
    town.plan.categories.add("c3")
    shop = {"warehouse": town.warehouse, "needs_packing": True}
    town.more |= {
        "oil": shopping.variant(town.dairy, "Oil", 2400, code="c3", stock=5, **shop),
        "jam": shopping.variant(town.camps, "Jam", 1000, code="c3", **shop),
        "workshop": shopping.variant(
            town.dairy, "Workshop", 2000, code="c3", is_service=True, **shop
        ),
        "yoga": shopping.variant(town.camps, "Yoga", 4000, code="f", is_service=True, **shop),
    }
    return town


@pytest.fixture
def town(db):
    return stocked(shopping.build(CREDIT_CENTS))


@pytest.fixture
def committed_town(committed_db):
    return stocked(shopping.build(CREDIT_CENTS))


@pytest.fixture
def stripe(stripe_api, settings):
    """The stand-in, with nothing of other tests in it."""
    settings.STOREFRONT_URL = "http://127.0.0.1:3000"
    requests.delete(f"{stripe_api}/_config/data", timeout=10).raise_for_status()
    return stripe_api


@pytest.fixture
def shopper(api, town, stripe) -> Shopper:
    return Shopper(api, town)
