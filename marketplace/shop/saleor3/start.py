"""What Saleor 3.23 needs once Django's models are loaded."""

from __future__ import annotations

from importlib import import_module

from marketplace.shop.saleor3 import users


def when_ready() -> None:
    """It runs on the libraries that it was made for; little is missing."""
    users.can_be_created()
    # A worker is to know its task before the first letter.
    import_module("marketplace.shop.saleor3.letters")
