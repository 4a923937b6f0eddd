"""Checkouts of the installed Saleor: whose they are, and their completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from marketplace.shop import engine


class Checkouts(Protocol):
    """A checkout becomes one order, once."""

    #: The base of our ``checkoutComplete``: Saleor's own, safe to send twice at the same time.
    CheckoutCompleteOnce: Any

    def checkout_of(self, token: str, user_id: int) -> Any:
        """The user's own checkout by token, or None; somebody else's is None as well."""


installed: Checkouts = engine.part("checkouts")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import checkouts as saleor2
    from marketplace.shop.saleor3 import checkouts as saleor3

    _engines: tuple[Checkouts, ...] = (saleor2, saleor3)

CheckoutCompleteOnce = installed.CheckoutCompleteOnce
checkout_of = installed.checkout_of

__all__ = [
    "CheckoutCompleteOnce",
    "checkout_of",
]
