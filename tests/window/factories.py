"""Listings that are offered."""

from __future__ import annotations

from typing import Any

from marketplace.providers.listings import ListingFacts, listing_create, listing_publish
from marketplace.providers.models import Listing, Provider
from tests.ethics_charter import factories as charters


def offer(provider: Provider, name: str = "Pane", *, publish: bool = True, **facts: Any) -> Listing:
    """Something of a provider's, published where its charter is signed."""
    actor = charters.manager_of(provider)
    given = {
        "price_cents": 650,
        "category_code": "f",
        "provenance": "Lovere",
        "production_method": "By hand",
        "stock": 5,
    } | facts
    listing = listing_create(
        actor=actor, provider_id=provider.pk, facts=ListingFacts(name=name, **given)
    )
    return listing_publish(actor=actor, listing_id=listing.pk) if publish else listing
