"""Dates of orders that are loaded with their past, in the installed Saleor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from marketplace.shop import engine


class History(Protocol):
    """For orders that are loaded with their past; an order that somebody places keeps its time."""

    def orders_date(self, placed_at: Mapping[str, datetime]) -> None:
        """Date orders, their payments and events, by order id; a statement per table."""


installed: History = engine.part("history")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import history as saleor2
    from marketplace.shop.saleor3 import history as saleor3

    _engines: tuple[History, ...] = (saleor2, saleor3)

orders_date = installed.orders_date

__all__ = [
    "orders_date",
]
