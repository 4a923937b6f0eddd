"""A person of the demo territory at the till, with less credit than their cart costs."""

from __future__ import annotations

from typing import Any

from marketplace.cards.models import CardPayment
from marketplace.providers.models import Listing
from marketplace.shop.catalogue import product_facts
from tests.shopping import gid
from tests.storefront.shop import Shop
from tests.storefront.visitor import Page, Visitor

CREDIT_CENTS = 1500


def article(shop: Shop, **facts: Any) -> tuple[str, int, str]:
    """An article that a card may pay a part of: its variant's id, its price in cents, its name."""
    wanted = {
        "status": "published",
        "category_code": "c3",
        "is_service": False,
        "needs_packing": True,
        **facts,
    }
    with shop.looking_in():
        listing = Listing.objects.filter(**wanted).order_by("pk").first()
        assert listing is not None
        sold = product_facts([listing.product_id])[listing.product_id]
        return gid("ProductVariant", sold.variant_id), sold.price_cents, sold.name


def at_the_till(shop: Shop, visitor: Visitor, *, cents: int = 4000, **facts: Any) -> Page:
    """The last page before paying, with a cart for ``cents`` or a little more."""
    variant, price, _name = article(shop, **facts)
    visitor.post(
        "/carrello/metti/",
        {"variant": variant, "quantity": -(-cents // price), **csrf(visitor)},
    )
    page = visitor.get("/cassa/")
    answers = {
        "first_name": "Anna",
        "last_name": "Rossi",
        "street": "Via Tadini 1",
        "city": "Lovere",
        "postal_code": "24065",
    }
    way = "on_site" if facts.get("is_service") else "pick_up"
    return visitor.submit(page, "/cassa/", delivery=way, **answers)


def csrf(visitor: Visitor) -> dict[str, str]:
    """A token and its cookie, as a page with a form would have given them."""
    token = "t" * 64
    visitor.cookies.set("csrftoken", token, domain="127.0.0.1", path="/")
    return {"csrfmiddlewaretoken": token}


def payment_of(shop: Shop, email: str) -> CardPayment:
    """The newest card payment of a person."""
    with shop.looking_in():
        return CardPayment.objects.filter(user__email=email).latest("pk")
