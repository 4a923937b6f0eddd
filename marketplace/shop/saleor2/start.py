"""What Saleor 2.10.1 needs once Django's models are loaded."""

from __future__ import annotations

# Saleor's product tasks and utilities import each other; it works from this side only.
import saleor.product.utils  # noqa: F401

from marketplace.shop.saleor2 import configurations, shims, speed, webhooks


def when_ready() -> None:
    """Shims, then what is quicker, then deliveries that stop where they are refused."""
    shims.apply_to_models()
    speed.keep_countries()
    configurations.keep_for_requests()
    webhooks.drop_what_is_refused()
