"""The channel of Saleor 3.23 that the territory sells through: it has prices and publication."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from saleor.channel.models import Channel
from saleor.tax.models import TaxConfiguration

from marketplace.money import CURRENCY

COUNTRY = "IT"


def channel_slug() -> str:
    """What the territory's channel is asked for by, without a statement of its own."""
    slug: str = settings.WELFAREPIU_CHANNEL
    return slug


def channel() -> Any:
    """The territory's channel, made where there is none: euro, prices as the buyer pays them."""
    slug = channel_slug()
    found = Channel.objects.filter(slug=slug).first()
    if found is None:
        found, _made = Channel.objects.get_or_create(
            slug=slug,
            defaults={
                "name": "WELFAREPIU",
                "is_active": True,
                "currency_code": CURRENCY,
                "default_country": COUNTRY,
            },
        )
        TaxConfiguration.objects.get_or_create(
            channel=found,
            defaults={
                "charge_taxes": False,
                "prices_entered_with_tax": True,
                "display_gross_prices": True,
            },
        )
        _close_saleors_own()
    return found


def _close_saleors_own() -> None:
    """Close the channel that Saleor's first migration makes, where nothing is in it.

    A client that names no channel, as those of Saleor 2 do, is then served from ours: Saleor takes
    the only one that is open.
    """
    Channel.objects.filter(
        slug=settings.DEFAULT_CHANNEL_SLUG, product_listings=None, orders=None
    ).exclude(slug=channel_slug()).update(is_active=False)


def channel_join(row: Any) -> None:
    """Let a warehouse or shipping zone serve what the territory sells."""
    row.channels.add(channel())
