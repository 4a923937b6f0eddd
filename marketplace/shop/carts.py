"""Carts and checkouts, priced by the installed Saleor."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from marketplace.money import CURRENCY
from marketplace.refusals import Refusals
from marketplace.shop import engine
from marketplace.shop.facts import CartLine, PricedCart, PricedLine
from marketplace.shop.refusals import delivery_not_available, unknown_variant


class Carts(Protocol):
    """Prices are gross, in cents, as Saleor would charge them."""

    def variants(self, ids: Collection[int]) -> dict[int, Any]:
        """The variants that are sold here, by key."""

    def delivery(self, method: str) -> tuple[Any, int] | None:
        """The shipping method that one of our delivery methods is, and its cents, if any."""

    def priced_lines(
        self, requested: Sequence[CartLine], found: Mapping[int, Any], shipping_method: Any
    ) -> tuple[PricedLine, ...]:
        """Price what is asked for, of the variants that were found for it."""

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


_installed: Carts = engine.part("carts")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import carts as saleor2
    from marketplace.shop.saleor3 import carts as saleor3

    _engines: tuple[Carts, ...] = (saleor2, saleor3)

checkout_cart = _installed.checkout_cart
delivery_method_set = _installed.delivery_method_set
delivery_methods = _installed.delivery_methods
delivery_prices = _installed.delivery_prices


def price_cart(
    requested: Sequence[CartLine],
    *,
    token: str,
    user_id: int,
    delivery_method: str,
    city: str,
    country: str = "IT",
) -> PricedCart:
    """Price a cart that is not a Saleor checkout, exactly as Saleor would price that checkout.

    Raises:
        Refusals: UNKNOWN_VARIANT, one per line that names none.
        Refusal: DELIVERY_NOT_AVAILABLE.
    """
    found = _installed.variants({line.variant_id for line in requested})
    unknown = [n for n, line in enumerate(requested, 1) if line.variant_id not in found]
    if unknown:
        raise Refusals([unknown_variant(number) for number in unknown])
    shipping_method, delivery_cents = None, 0
    if any(variant.is_shipping_required() for variant in found.values()):
        delivery = _installed.delivery(delivery_method)
        if delivery is None:
            raise delivery_not_available()
        shipping_method, delivery_cents = delivery
    lines = _installed.priced_lines(requested, found, shipping_method)
    return PricedCart(
        token=token,
        user_id=user_id,
        lines=lines,
        delivery_method=delivery_method,
        delivery_cents=delivery_cents,
        discount_cents=0,
        total_cents=sum(line.total_cents for line in lines) + delivery_cents,
        city=city,
        country=country,
        currency=CURRENCY,
        shipping_method=shipping_method,
    )
