"""Stock set aside for a purchase that waits for somebody else, in the installed Saleor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from marketplace.shop import engine
from marketplace.shop.facts import OrderRef, PostalAddress, PricedCart


class Reservations(Protocol):
    """An order that waits for its payment; nobody takes it for a placed one."""

    def order_reserve(
        self, cart: PricedCart, *, user: Any, address: PostalAddress, note: str = ""
    ) -> str:
        """Set a cart's stock aside; the id of the order it may become; Refusals OUT_OF_STOCK."""

    def order_confirm(self, order_id: str, *, checkout_token: str, total_cents: int) -> OrderRef:
        """Make the reservation an order, of now; payment is recorded after.

        Raises:
            Refusal: RESERVATION_GONE where it was released, or changed by the shop's staff.
        """

    def order_release(self, order_id: str) -> None:
        """Give back the stock of a reservation; harmless where it is an order or gone."""


installed: Reservations = engine.part("reservations")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import reservations as saleor2
    from marketplace.shop.saleor3 import reservations as saleor3

    _engines: tuple[Reservations, ...] = (saleor2, saleor3)

order_confirm = installed.order_confirm
order_release = installed.order_release
order_reserve = installed.order_reserve

__all__ = ["order_confirm", "order_release", "order_reserve"]
