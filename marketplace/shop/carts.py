"""Carts and checkouts, priced by the installed Saleor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from marketplace.shop import engine
from marketplace.shop.facts import CartLine, PricedCart


class Carts(Protocol):
    """Prices are gross, in cents, as Saleor would charge them."""

    def price_cart(
        self,
        requested: Sequence[CartLine],
        *,
        token: str,
        user_id: int,
        delivery_method: str,
        city: str,
        country: str = "IT",
    ) -> PricedCart:
        """Price a cart that is no checkout.

        Raises:
            Refusals: UNKNOWN_VARIANT, one per line that names none.
            Refusal: DELIVERY_NOT_AVAILABLE.
        """

    def checkout_cart(
        self, checkout: Any, *, manager: Any = None, discounts: Any = None
    ) -> PricedCart:
        """The priced cart that a Saleor checkout is; Refusal WRONG_CURRENCY."""

    def delivery_method_set(self, shipping_method_id: int, method: str) -> None:
        """Say which of our delivery methods a Saleor shipping method is."""

    def delivery_methods(self) -> dict[str, int]:
        """Our delivery methods that can be had, with the shipping method behind each."""

    def delivery_prices(self) -> dict[str, int]:
        """What each of our delivery methods costs, gross, in cents."""


installed: Carts = engine.part("carts")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import carts as saleor2
    from marketplace.shop.saleor3 import carts as saleor3

    _engines: tuple[Carts, ...] = (saleor2, saleor3)

price_cart = installed.price_cart
checkout_cart = installed.checkout_cart
delivery_method_set = installed.delivery_method_set
delivery_methods = installed.delivery_methods
delivery_prices = installed.delivery_prices

__all__ = [
    "checkout_cart",
    "delivery_method_set",
    "delivery_methods",
    "delivery_prices",
    "price_cart",
]
