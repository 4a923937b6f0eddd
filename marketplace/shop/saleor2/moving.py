"""A territory's shop in Saleor 2.10.1: told as facts, and written from them.

Prices and publication stand on product and variant; an order's key is a number, and its token a
UUID that any Saleor can keep as a key. See ``marketplace.shop.moving``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from marketplace.shop.moving_writing import OF_ANY_INSTALLATION, statements
from marketplace.shop.saleor2.moving_reading import READ
from marketplace.shop.saleor2.moving_writing import KEY, TABLES

__all__ = [
    "KEY",
    "NEW",
    "NO_ORDER",
    "OF_THE_INSTALLATION",
    "READ",
    "WRITE",
    "WRITTEN",
    "before_writing",
]

# Keys are drawn from 1 and have 31 bits: no order will ever have one of these.
NO_ORDER = "(2000000000 + row_number() OVER (ORDER BY was))::text"

WRITE: Sequence[str] = statements(TABLES)
WRITTEN: Sequence[str] = tuple(TABLES)
OF_THE_INSTALLATION: Sequence[str] = (*OF_ANY_INSTALLATION, "auth_permission")
# Migrations make nothing that the facts are written over.
NEW: Mapping[str, int] = {}


def before_writing() -> None:
    """Nothing: one shop, one channel."""
