"""What Saleor 2.10.1 alone has to be told of the shop, its delivery and its shelves."""

from __future__ import annotations

from typing import Any

from marketplace.money import CURRENCY, decimal
from marketplace.shop.facts import ShopFacts
from marketplace.shop.saleor2.catalogue import description_columns as described

__all__ = ["delivery_save", "described", "settings_write", "shelf_show"]


def settings_write(shop: Any, facts: ShopFacts) -> None:
    """Prices are gross, and shown so."""
    shop.include_taxes_in_prices = True
    shop.display_gross_prices = True
    shop.charge_taxes_on_shipping = False
    shop.default_mail_sender_name = facts.name


def delivery_save(method: Any, cents: int) -> None:
    """The price is the method's."""
    method.price_amount, method.currency = decimal(cents), CURRENCY
    method.save()


def shelf_show(shelf: Any) -> None:
    """Publication is the collection's."""
    shelf.is_published = True
    shelf.save(update_fields=["is_published"])
