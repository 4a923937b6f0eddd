"""What Saleor 3.23 needs once Django's models are loaded."""

from __future__ import annotations


def when_ready() -> None:
    """Nothing: it runs on the libraries that it was made for."""
