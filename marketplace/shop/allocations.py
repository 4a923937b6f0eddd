"""Setting stock aside for the lines of an order, under locks that nobody waits for in a ring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from saleor.warehouse.models import Allocation, Stock

from marketplace.refusals import Refusal, Refusals
from marketplace.shop import engine
from marketplace.shop.facts import PricedCart
from marketplace.shop.refusals import out_of_stock


class Allocations(Protocol):
    """Where each Saleor counts what is set aside."""

    def warehouses_serving(self, country: str) -> Any:
        """A query for the warehouses that ship to the country."""

    def allocated(self, stocks: Sequence[Any]) -> Mapping[int, int]:
        """How many pieces of each of these locked stocks are set aside, by the stock's key."""

    def allocations_write(self, allocations: Sequence[Any]) -> None:
        """Write new allocations of locked stocks."""

    def stock_release(self, order_line_ids: Sequence[str]) -> None:
        """Give back the stock set aside for lines that will not be fulfilled; again: nothing.

        The allocations stay, at zero, as Saleor leaves them when it cancels an order.
        """


_installed: Allocations = engine.part("allocations")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import allocations as saleor2
    from marketplace.shop.saleor3 import allocations as saleor3

    _engines: tuple[Allocations, ...] = (saleor2, saleor3)

stock_release = _installed.stock_release


def lock_stock(variant_ids: Sequence[int], country: str) -> list[Any]:
    """Lock the stocks of these variants, in key order for every caller so that none waits in a
    ring; one statement."""
    return list(
        Stock.objects.select_for_update(of=("self",))
        .filter(
            product_variant_id__in=variant_ids,
            warehouse__in=_installed.warehouses_serving(country),
        )
        .order_by("pk")
    )


def stock_set_aside(cart: PricedCart, order_lines: Sequence[Any]) -> None:
    """Set aside what the order's lines, written in the cart's order, want.

    Raises:
        Refusals: OUT_OF_STOCK, one per line that the warehouses cannot fill.
    """
    stocks = _free_stock(lock_stock([line.variant_id for line in cart.lines], cart.country))
    allocations: list[Any] = []
    short: list[Refusal] = []
    for line, row in zip(cart.lines, order_lines, strict=True):
        here = stocks[line.variant_id]
        counted = line.native.track_inventory
        available = sum(max(stock.free, 0) for stock in here)
        if not here or (counted and available < line.quantity):
            short.append(out_of_stock(line.number, line.product_name, available))
        elif counted:
            allocations += _allocate(row, line.quantity, here)
    if short:
        raise Refusals(short)
    _installed.allocations_write(allocations)


def _free_stock(stocks: Sequence[Any]) -> dict[int, list[Any]]:
    """Locked stocks by variant, with ``free`` pieces each."""
    allocated = _installed.allocated(stocks)
    by_variant: dict[int, list[Any]] = defaultdict(list)
    for stock in stocks:
        stock.free = stock.quantity - allocated.get(stock.pk, 0)
        by_variant[stock.product_variant_id].append(stock)
    return by_variant


def _allocate(order_line: Any, wanted: int, stocks: Sequence[Any]) -> list[Any]:
    """Allocations for a line out of stocks that are enough together."""
    made = []
    for stock in stocks:
        taken = min(wanted, max(stock.free, 0))
        if taken:
            stock.free -= taken
            wanted -= taken
            made.append(Allocation(order_line=order_line, stock=stock, quantity_allocated=taken))
    return made
