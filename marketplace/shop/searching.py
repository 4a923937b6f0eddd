"""By which words staff find people and orders in the Dashboard, in the installed Saleor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from marketplace.shop import engine


class Searching(Protocol):
    """For rows that came in without Saleor's own steps: moved, or written many at once."""

    def search_fill(self, *, seconds: float) -> int:
        """Make the words of those that have none, for so long; of how many it did."""


installed: Searching = engine.part("searching")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import searching as saleor2
    from marketplace.shop.saleor3 import searching as saleor3

    _engines: tuple[Searching, ...] = (saleor2, saleor3)

search_fill = installed.search_fill

__all__ = ["search_fill"]
