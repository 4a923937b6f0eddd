"""Columns that each Saleor names in its own way, where nothing else differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from marketplace.shop import engine


class Columns(Protocol):
    """Of orders, payments and their transactions."""

    @property
    def CREATED(self) -> str:
        """When a row was made."""

    @property
    def MODIFIED(self) -> str:
        """When a payment last changed."""

    @property
    def ORDER_KEY(self) -> str:
        """PostgreSQL's type of an order's key."""


installed: Columns = engine.part("columns")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import columns as saleor2
    from marketplace.shop.saleor3 import columns as saleor3

    _engines: tuple[Columns, ...] = (saleor2, saleor3)

CREATED = installed.CREATED
MODIFIED = installed.MODIFIED
ORDER_KEY = installed.ORDER_KEY

__all__ = ["CREATED", "MODIFIED", "ORDER_KEY"]
