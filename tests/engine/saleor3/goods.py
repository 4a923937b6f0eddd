"""What Saleor 3.23 and its staff write to the catalogue, past our services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saleor.product.models import (
    Product,
    ProductChannelListing,
    ProductType,
    ProductVariant,
    ProductVariantChannelListing,
)

from marketplace.money import CURRENCY, cents, decimal
from marketplace.shop.saleor3.channels import channel

__all__ = [
    "PRICINGS",
    "UNPRICINGS",
    "listed_cents",
    "paragraphs",
    "product_bare",
    "product_reword",
]


def product_bare(name: str, slug: str, price_cents: int) -> Any:
    """A product that nobody sees and that has nothing to sell: a variant, for the price is its."""
    kind, _made = ProductType.objects.get_or_create(slug="bare", defaults={"name": "Bare"})
    made = Product.objects.create(name=name, slug=slug, product_type=kind)
    ProductChannelListing.objects.create(
        product=made,
        channel=channel(),
        currency=CURRENCY,
        is_published=False,
        discounted_price_amount=decimal(price_cents),
    )
    variant = ProductVariant.objects.create(product=made, sku=slug)
    ProductVariantChannelListing.objects.create(
        variant=variant,
        channel=channel(),
        currency=CURRENCY,
        price_amount=decimal(price_cents),
        discounted_price_amount=decimal(price_cents),
    )
    return made


def product_reword(product_id: int, *, name: str, description: str) -> None:
    """Other words, in one statement."""
    Product.objects.filter(pk=product_id).update(name=name, description_plaintext=description)


def channel_price(product_id: int, price_cents: int) -> None:
    """Another price in the channel: the variant's, then the one that Saleor keeps for lists."""
    price, here = decimal(price_cents), channel()
    ProductVariantChannelListing.objects.filter(
        variant__product_id=product_id, channel=here
    ).update(price_amount=price, discounted_price_amount=price)
    ProductChannelListing.objects.filter(product_id=product_id, channel=here).update(
        discounted_price_amount=price
    )


# Every way in which the staff changes what a product costs; the last one holds.
PRICINGS: tuple[Callable[[int, int], None], ...] = (channel_price,)


def out_of_the_channel(product_id: int) -> None:
    """Product and variants are no longer in the channel, as ``removeChannels`` does it."""
    variant_out_of_the_channel(product_id)
    ProductChannelListing.objects.filter(product_id=product_id, channel=channel()).delete()


def variant_out_of_the_channel(product_id: int) -> None:
    """The product is in the channel, what is sold of it is not."""
    ProductVariantChannelListing.objects.filter(
        variant__product_id=product_id, channel=channel()
    ).delete()


# Every way in which the staff leaves a product without a price.
UNPRICINGS: tuple[Callable[[int], None], ...] = (out_of_the_channel, variant_out_of_the_channel)


def listed_cents(product_id: int) -> int:
    """The price that Saleor keeps for its own lists."""
    listed = ProductChannelListing.objects.get(product_id=product_id, channel=channel())
    return cents(listed.discounted_price_amount)


def paragraphs(product_id: int) -> list[str]:
    """A description as Saleor's dashboard edits it."""
    blocks = Product.objects.get(pk=product_id).description["blocks"]
    return [block["data"]["text"] for block in blocks]
