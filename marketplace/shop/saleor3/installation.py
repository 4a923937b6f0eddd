"""What Saleor 3.23 alone has to be told of the shop, its delivery and its shelves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone
from saleor.product.models import CollectionChannelListing
from saleor.shipping.models import ShippingMethodChannelListing

from marketplace.money import CURRENCY, decimal
from marketplace.shop.facts import ShopFacts
from marketplace.shop.saleor3.catalogue import description_blocks
from marketplace.shop.saleor3.channels import channel


def settings_write(shop: Any, facts: ShopFacts) -> None:
    """Taxes are the channel's."""
    channel()
    shop.enable_account_confirmation_by_email = False
    shop.default_mail_sender_name = facts.name[: settings.DEFAULT_MAX_EMAIL_DISPLAY_NAME_LENGTH]


def delivery_save(method: Any, cents: int) -> None:
    """The price is the channel's."""
    method.save()
    ShippingMethodChannelListing.objects.update_or_create(
        shipping_method=method,
        channel=channel(),
        defaults={"price_amount": decimal(cents), "currency": CURRENCY},
    )


def shelf_show(shelf: Any) -> None:
    """Publication is the channel's."""
    CollectionChannelListing.objects.update_or_create(
        collection=shelf,
        channel=channel(),
        defaults={"is_published": True, "published_at": timezone.now()},
    )


def described(description: str) -> dict[str, Any]:
    """A description as Saleor's dashboard edits it."""
    return {"description": description_blocks(description)}
