"""Saleor 3.23's catalogue: one product with one variant, one stock row and one price, EUR gross.

Price and publication are the territory's channel's. Writes are made for the marketplace's own
listings; a product that Saleor's staff made by hand may have more variants, of which the first is
shown.
"""

from __future__ import annotations

import html
import uuid
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone
from django.utils.text import slugify
from saleor.product.models import (
    Product,
    ProductChannelListing,
    ProductMedia,
    ProductVariant,
    ProductVariantChannelListing,
)

from marketplace.money import CURRENCY, decimal
from marketplace.shop.facts import ProductFacts, ProductMade
from marketplace.shop.saleor3.channels import channel, channel_slug
from marketplace.shop.slugs import slug_of
from marketplace.shop.stockroom import product_type_ensure, stock_add

# Where publication is written, for a trigger to stand on: table, column with the product's key.
PUBLICATION_TABLE = "product_productchannellisting"
PUBLICATION_KEY = "product_id"
PUBLICATION_MIGRATION = ("product", "0205_merge_20260615_1308")
# What a search reads of a product: a SELECT of name, description as text, and gross price in cents
# of the product whose key is ``wanted``. The price is the one that Saleor keeps for lists.
SEARCHED = f"""
    SELECT product.name, product.description_plaintext, COALESCE(ROUND(100 * (
        SELECT listed.discounted_price_amount FROM product_productchannellisting AS listed
        JOIN channel_channel AS channel ON channel.id = listed.channel_id
        WHERE listed.product_id = product.id
            AND channel.slug = '{slugify(settings.WELFAREPIU_CHANNEL)}'
    )), 0)::bigint
    FROM product_product AS product WHERE product.id = wanted
"""  # noqa: S608 (a slug has no quotes)
# Where that is written: table, column with the product's key, columns that it is made of.
SEARCHED_TABLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("product_product", "id", ("name", "description_plaintext")),
    ("product_productchannellisting", "product_id", ("discounted_price_amount",)),
)
# Every table in which a product's page changes.
SHOWN_TABLES: tuple[str, ...] = (
    "product_product",
    "product_productvariant",
    "product_productchannellisting",
    "product_productvariantchannellisting",
    "product_productmedia",
    "warehouse_stock",
    "warehouse_allocation",
)
SHOWN_MIGRATIONS: tuple[tuple[str, str], ...] = (
    PUBLICATION_MIGRATION,
    ("warehouse", "0035_alter_warehouse_metadata_and_more"),
    ("channel", "0001_initial"),
)


def visible(prefix: str = "product") -> Q:
    """Products that customers see now; ``prefix`` is the path from the queried model."""
    started = Q(published_at__isnull=True) | Q(published_at__lte=timezone.now())
    listed = ProductChannelListing.objects.filter(
        started, product=OuterRef(prefix), channel__slug=channel_slug(), is_published=True
    )
    return Q(Exists(listed))


def last_start() -> str:
    """The latest moment, of those that have come, at which a product was to become visible."""
    started = ProductChannelListing.objects.filter(published_at__lte=timezone.now())
    last = started.aggregate(last=Max("published_at"))["last"]
    return f"{last.timestamp():.0f}" if last else ""


def product_create(
    *,
    name: str,
    description: str,
    price_cents: int,
    is_service: bool,
    category_id: int,
    warehouse_id: uuid.UUID,
    stock: int | None,
    sku: str | None = None,
) -> ProductMade:
    """An unpublished product with its variant and stock; ``stock`` None is not counted."""
    sku = sku or uuid.uuid4().hex[:12]
    product = Product.objects.create(
        product_type_id=product_type_ensure(is_service=is_service),
        name=name,
        slug=slug_of(name, sku),
        category_id=category_id,
        description=description_blocks(description),
        description_plaintext=description,
        search_index_dirty=True,
    )
    variant = ProductVariant.objects.create(
        product=product, sku=sku, track_inventory=stock is not None
    )
    Product.objects.filter(pk=product.pk).update(default_variant=variant)
    _offer(product.pk, variant.pk, price_cents)
    stock_add(variant, warehouse_id, stock)
    return ProductMade(product.pk, variant.pk)


def _offer(product_id: int, variant_id: int, price_cents: int) -> None:
    """Have product and variant in the channel at a price; unpublished, if they were not in it."""
    price, here = decimal(price_cents), channel()
    ProductChannelListing.objects.update_or_create(
        product_id=product_id,
        channel=here,
        defaults={"discounted_price_amount": price, "discounted_price_dirty": True},
        create_defaults={
            "discounted_price_amount": price,
            "currency": CURRENCY,
            "is_published": False,
            "visible_in_listings": True,
            "available_for_purchase_at": timezone.now(),
        },
    )
    priced = {"price_amount": price, "discounted_price_amount": price}
    ProductVariantChannelListing.objects.update_or_create(
        variant_id=variant_id,
        channel=here,
        defaults=priced,
        create_defaults={**priced, "currency": CURRENCY},
    )


def description_blocks(text: str) -> dict[str, Any]:
    """A description as Saleor's dashboard edits it: EditorJS paragraphs, whose text is HTML."""
    blocks = [
        {"type": "paragraph", "data": {"text": html.escape(paragraph, quote=False)}}
        for paragraph in text.split("\n")
        if paragraph.strip()
    ]
    return {"time": 0, "version": "2.24.3", "blocks": blocks}


def product_update(
    product_id: int,
    *,
    name: str | None = None,
    description: str | None = None,
    price_cents: int | None = None,
    category_id: int | None = None,
) -> None:
    """Change what is given of a product; the slug stays, so that links keep working."""
    product = Product.objects.get(pk=product_id)
    if name is not None:
        product.name = name
    if description is not None:
        product.description = description_blocks(description)
        product.description_plaintext = description
    if category_id is not None:
        product.category_id = category_id
    product.search_index_dirty = True
    product.save()
    if price_cents is not None:
        # Staff may have taken any of it out of the channel, and its price with it.
        for variant_id in product.variants.values_list("pk", flat=True):
            _offer(product_id, variant_id, price_cents)


def products_publish(product_ids: Collection[int]) -> None:
    """Show the products to customers, in one statement."""
    ProductChannelListing.objects.filter(
        product_id__in=product_ids, channel__slug=channel_slug()
    ).update(is_published=True, published_at=timezone.now())


def products_unpublish(product_ids: Collection[int]) -> None:
    """Hide the products from customers, in one statement."""
    ProductChannelListing.objects.filter(product_id__in=product_ids).update(is_published=False)


def picture_add(product_id: int, *, picture: Any, alt: str) -> None:
    """Add a picture (a Django file) after those that the product has."""
    ProductMedia(product_id=product_id, image=picture, alt=alt[:250]).save()


FACTS = """
SELECT product.id, product.name, product.slug, product.description_plaintext,
    COALESCE(ROUND(variant.price_amount * 100), 0)::bigint,
    COALESCE(listed.is_published, false),
    variant.id, COALESCE(variant.sku, ''),
    CASE WHEN variant.track_inventory THEN GREATEST(stocked.quantity - stocked.allocated, 0) END,
    COALESCE(picture.image, ''), COALESCE(picture.alt, '')
FROM product_product AS product
LEFT JOIN channel_channel AS channel ON channel.slug = %s
LEFT JOIN product_productchannellisting AS listed
    ON listed.product_id = product.id AND listed.channel_id = channel.id
LEFT JOIN LATERAL (
    SELECT one.id, one.sku, one.track_inventory, priced.price_amount
    FROM product_productvariant AS one
    LEFT JOIN product_productvariantchannellisting AS priced
        ON priced.variant_id = one.id AND priced.channel_id = listed.channel_id
    WHERE one.product_id = product.id ORDER BY one.id LIMIT 1
) AS variant ON true
LEFT JOIN LATERAL (
    SELECT COALESCE(SUM(stock.quantity), 0)::int AS quantity,
        COALESCE(SUM(stock.quantity_allocated), 0)::int AS allocated
    FROM warehouse_stock AS stock WHERE stock.product_variant_id = variant.id
) AS stocked ON true
LEFT JOIN LATERAL (
    SELECT image, alt FROM product_productmedia
    WHERE product_id = product.id ORDER BY sort_order LIMIT 1
) AS picture ON true
WHERE product.id = ANY(%s)
"""


def product_facts(product_ids: Collection[int]) -> dict[int, ProductFacts]:
    """Name, price, stock and picture of products, by key, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [channel_slug(), list(product_ids)])
        rows = cursor.fetchall()
    return {row[0]: ProductFacts(*row) for row in rows}
