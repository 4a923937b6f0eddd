"""What Saleor 3.23 needs once Django's models are loaded."""

from __future__ import annotations

from marketplace.shop.saleor3 import users


def when_ready() -> None:
    """It runs on the libraries that it was made for; little is missing."""
    users.can_be_created()
