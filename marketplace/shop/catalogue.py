"""Products of the installed Saleor, for the rooms that list them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Q

from marketplace.shop import engine
from marketplace.shop.facts import ProductFacts, ProductMade
from marketplace.shop.stockroom import (
    category_ensure,
    shipping_zone_ensure,
    stock_set,
    warehouse_ensure,
)


class Catalogue(Protocol):
    """One product has one variant, one stock row and one price, EUR gross."""

    #: Where publication is written, for a trigger to stand on: table, column with the product's
    #: key, and the last migration that the table needs.
    PUBLICATION_TABLE: str
    PUBLICATION_KEY: str
    PUBLICATION_MIGRATION: tuple[str, str]
    #: What a search reads of a product: a SELECT of name, description as text, and gross price in
    #: cents of the product whose key is ``wanted``.
    SEARCHED: str
    #: Where that is written: table, column with the product's key, columns that it is made of.
    SEARCHED_TABLES: tuple[tuple[str, str, tuple[str, ...]], ...]
    #: Every table in which a product's page changes, and the last migrations that they need.
    SHOWN_TABLES: tuple[str, ...]
    SHOWN_MIGRATIONS: tuple[tuple[str, str], ...]

    def visible(self, prefix: str = "product") -> Q:
        """Products that customers see now; ``prefix`` is the path from the queried model."""

    def last_start(self) -> str:
        """Another text once a product has become visible by the clock, with nobody writing it;
        empty where products only do so at the beginning of a day."""

    def product_create(
        self,
        *,
        name: str,
        description: str,
        price_cents: int,
        is_service: bool,
        category_id: int,
        warehouse_id: uuid.UUID,
        stock: int | None,
        sku: str | None = None,
    ) -> ProductMade:
        """An unpublished product with its variant and stock; ``stock`` None is not counted."""

    def product_update(
        self,
        product_id: int,
        *,
        name: str | None = None,
        description: str | None = None,
        price_cents: int | None = None,
        category_id: int | None = None,
    ) -> None:
        """Change what is given of a product; the slug stays, so that links keep working."""

    def products_publish(self, product_ids: Collection[int]) -> None:
        """Show the products to customers, in one statement."""

    def products_unpublish(self, product_ids: Collection[int]) -> None:
        """Hide the products from customers, in one statement."""

    def picture_add(self, product_id: int, *, picture: Any, alt: str) -> None:
        """Add a picture (a Django file) after those that the product has."""

    def product_facts(self, product_ids: Collection[int]) -> dict[int, ProductFacts]:
        """Name, price, stock and picture of products, by key, in one statement."""


installed: Catalogue = engine.part("catalogue")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import catalogue as saleor2
    from marketplace.shop.saleor3 import catalogue as saleor3

    _engines: tuple[Catalogue, ...] = (saleor2, saleor3)

PUBLICATION_KEY = installed.PUBLICATION_KEY
PUBLICATION_MIGRATION = installed.PUBLICATION_MIGRATION
PUBLICATION_TABLE = installed.PUBLICATION_TABLE
SEARCHED = installed.SEARCHED
SEARCHED_TABLES = installed.SEARCHED_TABLES
SHOWN_MIGRATIONS = installed.SHOWN_MIGRATIONS
SHOWN_TABLES = installed.SHOWN_TABLES
last_start = installed.last_start
picture_add = installed.picture_add
product_create = installed.product_create
product_facts = installed.product_facts
product_update = installed.product_update
products_publish = installed.products_publish
products_unpublish = installed.products_unpublish
visible = installed.visible

__all__ = [
    "PUBLICATION_KEY",
    "PUBLICATION_MIGRATION",
    "PUBLICATION_TABLE",
    "SEARCHED",
    "SEARCHED_TABLES",
    "SHOWN_MIGRATIONS",
    "SHOWN_TABLES",
    "ProductFacts",
    "ProductMade",
    "category_ensure",
    "last_start",
    "picture_add",
    "product_create",
    "product_facts",
    "product_update",
    "products_publish",
    "products_unpublish",
    "shipping_zone_ensure",
    "stock_set",
    "visible",
    "warehouse_ensure",
]
