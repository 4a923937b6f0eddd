"""What tests say differently to either Saleor: the installed one's modules of ``tests.engine``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from marketplace.shop import engine


def part(name: str) -> Any:
    """A module of the installed engine's folder of tests."""
    return import_module(f"tests.engine.{engine.NAME}.{name}")


_installed = part("dialect")
#: What Saleor's staff writes to the catalogue.
goods = part("goods")

APART = _installed.APART
CHECKOUT = _installed.CHECKOUT
EXCHANGED = _installed.EXCHANGED
NOT_A_NUMBER = _installed.NOT_A_NUMBER
ORDERS = _installed.ORDERS
Permission = _installed.Permission
PRODUCT = _installed.PRODUCT
PUBLISHING = _installed.PUBLISHING
REGISTERED_BY = _installed.REGISTERED_BY
SIGNED_BY = _installed.SIGNED_BY
STEPS = _installed.STEPS
bare_order = _installed.bare_order
exchange_token_of = _installed.exchange_token_of
nobody_waits_for_the_buyer = _installed.nobody_waits_for_the_buyer
old_token_of = _installed.old_token_of
order_cancelled_by = _installed.order_cancelled_by
shop_staff = _installed.shop_staff
token_of = _installed.token_of
