"""Saleor 2.10.1 has no Transactions API: nothing is written down there, and nothing is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from marketplace.shop.facts import CapturedPayment, OrderBooks


def authorization_over(hold_token: str, checkout_token: str, *, gateway: str) -> None:
    """Nothing to write."""


def checkout_refund_record(reference: str, *, gateway: str) -> None:
    """Nothing to write."""


def refund_record(order_id: str, *, gateway: str, amount_cents: int, reference: str) -> None:
    """Nothing to write."""


def captured_apply(order_id: str, gateway: str) -> None:
    """Nothing to add up."""


def order_books(order_ids: Sequence[str], gateway: str) -> dict[str, OrderBooks]:
    """No order has any."""
    return {}


def payments_captured(
    gateway: str, since: datetime, until: datetime
) -> Iterator[list[CapturedPayment]]:
    """None."""
    return iter(())


def refunded_orders(gateway: str, since: datetime, until: datetime) -> Iterator[list[str]]:
    """None."""
    return iter(())
