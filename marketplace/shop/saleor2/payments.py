"""What Saleor 2.10.1 notes of a payment besides what both engines do: nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

CAPTURE: dict[str, Any] = {}


def reference_columns(reference: str) -> dict[str, str]:
    """Its token alone."""
    return {}


def captured_events(money: Mapping[str, Any]) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Of a payment that was there before the order it says nothing."""
    return ()


def paid_events(money: Mapping[str, Any]) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Nor that the order is paid by it."""
    return ()


def order_charge(order: Any, amount: Decimal) -> None:
    """It adds up the payments when it is asked."""
