"""Cents as Saleor's Money, for what the API returns."""

from __future__ import annotations

from typing import Any

from prices import Money

from marketplace.money import CURRENCY, decimal


def money(value_cents: int | None) -> Any:
    """``Money`` for a field of that type; None stays None."""
    return None if value_cents is None else Money(decimal(value_cents), CURRENCY)
