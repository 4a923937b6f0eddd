"""What tests say differently to either Saleor: the installed one's modules of ``tests.engine``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from marketplace.shop import engine

_installed: Any = import_module(f"tests.engine.{engine.NAME}.dialect")
#: What Saleor's staff writes to the catalogue.
goods: Any = import_module(f"tests.engine.{engine.NAME}.goods")

token_of = _installed.token_of
old_token_of = _installed.old_token_of
CHECKOUT = _installed.CHECKOUT
STEPS = _installed.STEPS
Permission = _installed.Permission
PRODUCT = _installed.PRODUCT
PUBLISHING = _installed.PUBLISHING
