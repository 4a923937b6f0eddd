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
        """Price a cart that is no checkout; Refusal UNKNOWN_VARIANT, DELIVERY_NOT_AVAILABLE."""

    def checkout_cart(
        self, checkout: Any, *, manager: Any = None, discounts: Any = None
    ) -> PricedCart:
        """The priced cart that a Saleor checkout is; Refusal WRONG_CURRENCY."""

    def delivery_method_set(self, shipping_method_id: int, method: str) -> None:
        """Say which of our delivery methods a Saleor shipping method is."""

    def delivery_methods(self) -> dict[str, int]:
        """Our delivery methods that can be had, with the shipping method behind each."""


installed: Carts = engine.part("carts")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import carts as saleor2

    _engines: tuple[Carts, ...] = (saleor2,)

price_cart = installed.price_cart
checkout_cart = installed.checkout_cart
delivery_method_set = installed.delivery_method_set
delivery_methods = installed.delivery_methods

__all__ = [
    "checkout_cart",
    "delivery_method_set",
    "delivery_methods",
    "price_cart",
]
