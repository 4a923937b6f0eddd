"""Orders and their payments, in the installed Saleor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from marketplace.shop import engine
from marketplace.shop.facts import OrderRef, PostalAddress, PricedCart


class Orders(Protocol):
    """Placed in one go with few statements, paid, refunded, cancelled, announced."""

    def order_ref(self, checkout_token: str) -> OrderRef | None:
        """The order that came out of this checkout, if any; lines numbered in the cart's order."""

    def order_place(
        self, cart: PricedCart, *, user: Any, address: PostalAddress, note: str = ""
    ) -> OrderRef:
        """Write the order of a priced cart and set its stock aside; Refusals OUT_OF_STOCK."""

    def order_write(
        self,
        cart: PricedCart,
        *,
        user: Any,
        address: PostalAddress,
        note: str,
        status: str,
        checkout_token: str,
    ) -> OrderRef:
        """The rows of an order in that status, and its stock set aside; Refusals OUT_OF_STOCK."""

    def ref_of(self, order: Any) -> OrderRef:
        """What others know an order by; its lines numbered in the cart's order."""

    def placed_by(self, user: Any, order: Any) -> None:
        """Note on the customer that the order is theirs, as Saleor does."""

    def payment_record(
        self,
        placed: OrderRef,
        *,
        gateway: str,
        amount_cents: int,
        reference: str,
        customer_ip: str | None,
    ) -> None:
        """Record that an order is paid in full."""

    def payment_part_record(
        self,
        placed: OrderRef,
        *,
        gateway: str,
        amount_cents: int,
        reference: str,
        customer_ip: str | None,
    ) -> None:
        """Record one of several payments of an order."""

    def refund_record(
        self, order_id: str, *, gateway: str, amount_cents: int, reference: str
    ) -> None:
        """Record on the order's payment that money went back, without asking the gateway again."""

    def captured_cents(self, order_id: str, gateway: str) -> int:
        """What Saleor holds as captured on the order's payments by this gateway."""

    def order_cancel(self, order_id: str, *, user_id: int) -> None:
        """Cancel an order as Saleor does: stock back, then every plugin told.

        Raises:
            Refusal: ORDER_NOT_CANCELLABLE once something was handed over or it is cancelled.
        """

    def stock_release(self, order_line_ids: list[str]) -> None:
        """Give back the stock set aside for lines that will not be fulfilled; again: nothing."""

    def languages_of(self, user_ids: Sequence[int]) -> dict[int, str]:
        """The language that each of these people last ordered in; missing for who never has."""

    def order_announce(self, order_id: str) -> None:
        """Tell the world of a placed and paid order; our own plugins have done their part."""


installed: Orders = engine.part("orders")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import orders as saleor2
    from marketplace.shop.saleor3 import orders as saleor3

    _engines: tuple[Orders, ...] = (saleor2, saleor3)

captured_cents = installed.captured_cents
languages_of = installed.languages_of
order_announce = installed.order_announce
order_cancel = installed.order_cancel
order_place = installed.order_place
order_ref = installed.order_ref
order_write = installed.order_write
payment_part_record = installed.payment_part_record
payment_record = installed.payment_record
placed_by = installed.placed_by
ref_of = installed.ref_of
refund_record = installed.refund_record
stock_release = installed.stock_release

__all__ = [
    "captured_cents",
    "languages_of",
    "order_announce",
    "order_cancel",
    "order_place",
    "order_ref",
    "order_write",
    "payment_part_record",
    "payment_record",
    "placed_by",
    "ref_of",
    "refund_record",
    "stock_release",
]
