"""What the installed Saleor's books say of many orders and payments; for the reconciler."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from marketplace.shop import engine
from marketplace.shop.facts import CapturedPayment, OrderBooks


class Books(Protocol):
    """Every reading is one statement for a batch."""

    def order_of_tokens(self, checkout_tokens: Sequence[str]) -> dict[str, str]:
        """Order ids by the token of the checkout that they came out of; the newest of several."""

    def order_books(self, order_ids: Sequence[str], gateway: str) -> dict[str, OrderBooks]:
        """By order, what its payments by this gateway say; an order without any is not in it."""

    def payments_captured(
        self, gateway: str, since: datetime, until: datetime
    ) -> Iterator[list[CapturedPayment]]:
        """Payments made in the window by which the shop still holds money, in batches."""

    def refunded_orders(
        self, gateway: str, since: datetime, until: datetime
    ) -> Iterator[list[str]]:
        """Orders of which the shop has booked a refund in the window, in batches."""

    def cancelled_orders(self, since: datetime, until: datetime) -> Iterator[list[str]]:
        """Orders that were cancelled in the window and still are, in batches."""

    def captured_apply(self, order_id: str, gateway: str) -> None:
        """Bring the sums that payments show to what their transactions add up to."""

    def checkout_refund_record(self, reference: str, *, gateway: str) -> None:
        """Book as refunded what was captured for a checkout without an order."""


installed: Books = engine.part("books")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import books as saleor2
    from marketplace.shop.saleor3 import books as saleor3

    _engines: tuple[Books, ...] = (saleor2, saleor3)

order_of_tokens = installed.order_of_tokens
order_books = installed.order_books
payments_captured = installed.payments_captured
refunded_orders = installed.refunded_orders
cancelled_orders = installed.cancelled_orders
captured_apply = installed.captured_apply
checkout_refund_record = installed.checkout_refund_record

__all__ = [
    "cancelled_orders",
    "captured_apply",
    "checkout_refund_record",
    "order_books",
    "order_of_tokens",
    "payments_captured",
    "refunded_orders",
]
