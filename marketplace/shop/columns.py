"""Columns that each Saleor names in its own way, where nothing else differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from marketplace.shop import engine


class Columns(Protocol):
    """Of orders, payments and their transactions, and of product types."""

    @property
    def CREATED(self) -> str:
        """When a row was made."""

    @property
    def MODIFIED(self) -> str:
        """When a payment last changed."""

    @property
    def ORDER_KEY(self) -> str:
        """PostgreSQL's type of an order's key."""

    @property
    def METADATA(self) -> str:
        """What others note on a row, for everybody to read."""

    @property
    def PRODUCT_TYPE(self) -> Mapping[str, str]:
        """What a new product type says besides what both say."""


installed: Columns = engine.part("columns")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import columns as saleor2
    from marketplace.shop.saleor3 import columns as saleor3

    _engines: tuple[Columns, ...] = (saleor2, saleor3)

CREATED = installed.CREATED
MODIFIED = installed.MODIFIED
ORDER_KEY = installed.ORDER_KEY
METADATA = installed.METADATA
PRODUCT_TYPE = installed.PRODUCT_TYPE

__all__ = ["CREATED", "METADATA", "MODIFIED", "ORDER_KEY", "PRODUCT_TYPE"]
