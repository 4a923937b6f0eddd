"""What the installed Saleor has to be told once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from marketplace.shop import engine
from marketplace.shop.facts import ProductText, ShopFacts


class Installation(Protocol):
    """Who the shop is, how it delivers, which shelves it shows; again changes what is there."""

    def shop_configure(self, facts: ShopFacts) -> None:
        """Name, address and taxes: every price is what the buyer pays."""

    def delivery_offer(self, *, method: str, name: str, name_en: str, cents: int) -> None:
        """Offer one of our delivery methods in Italy at a gross price."""

    def shelf_fill(self, *, slug: str, name: str, name_en: str, product_ids: Sequence[int]) -> None:
        """Show these products together (Saleor's collection), in this order."""

    def products_translate(self, texts: Sequence[ProductText], *, language: str = "en") -> None:
        """Name and description of products in a second language, where they have none in it."""


installed: Installation = engine.part("installation")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import installation as saleor2
    from marketplace.shop.saleor3 import installation as saleor3

    _engines: tuple[Installation, ...] = (saleor2, saleor3)

delivery_offer = installed.delivery_offer
products_translate = installed.products_translate
shelf_fill = installed.shelf_fill
shop_configure = installed.shop_configure

__all__ = [
    "ProductText",
    "ShopFacts",
    "delivery_offer",
    "products_translate",
    "shelf_fill",
    "shop_configure",
]
