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
from saleor.account.models import Address
from saleor.product.models import (
    Category,
    Product,
    ProductChannelListing,
    ProductMedia,
    ProductType,
    ProductVariant,
    ProductVariantChannelListing,
)
from saleor.shipping.models import ShippingZone
from saleor.warehouse.models import Stock, Warehouse

from marketplace.money import CURRENCY, decimal
from marketplace.shop.facts import ProductFacts, ProductMade
from marketplace.shop.saleor3.channels import COUNTRY, channel, channel_slug
from marketplace.shop.slugs import slug_of

# Saleor sells nothing without a stock row, also what it does not count.
UNCOUNTED = 1_000_000
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

# One lock for what has no unique constraint: the shipping zone.
_ZONE_LOCK = 0x7A6F6E65


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


def warehouse_ensure(*, slug: str, name: str, city: str, postal_code: str) -> uuid.UUID:
    """The warehouse of that slug, made where there is none, serving Italy."""
    found = Warehouse.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if found:
        return found
    address = Address.objects.create(
        company_name=name[:256], city=city, postal_code=postal_code, country=COUNTRY
    )
    warehouse, made = Warehouse.objects.get_or_create(
        slug=slug, defaults={"name": name[:250], "address": address}
    )
    if made:
        warehouse.shipping_zones.add(shipping_zone_ensure())
        warehouse.channels.add(channel())
    return warehouse.pk


def shipping_zone_ensure() -> Any:
    """The shipping zone that covers Italy, made where there is none."""
    zones = ShippingZone.objects.filter(countries__contains=COUNTRY).order_by("pk")
    zone = zones.first()
    if zone is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ZONE_LOCK])
        zone = zones.first() or ShippingZone.objects.create(name="Italia", countries=[COUNTRY])
        zone.channels.add(channel())
    return zone


def category_ensure(*, slug: str, name: str) -> int:
    """The key of the shop's category of that slug, made where there is none."""
    found = Category.objects.filter(slug=slug).values_list("pk", flat=True).first()
    return found or Category.objects.get_or_create(slug=slug, defaults={"name": name})[0].pk


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
        product_type_id=_product_type(is_service),
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
    Stock.objects.create(
        warehouse_id=warehouse_id,
        product_variant=variant,
        quantity=UNCOUNTED if stock is None else stock,
    )
    return ProductMade(product.pk, variant.pk)


def _offer(product_id: int, variant_id: int, price_cents: int) -> None:
    """Put product and variant into the channel, unpublished, at a price."""
    price = decimal(price_cents)
    ProductChannelListing.objects.create(
        product_id=product_id,
        channel=channel(),
        currency=CURRENCY,
        is_published=False,
        visible_in_listings=True,
        available_for_purchase_at=timezone.now(),
        discounted_price_amount=price,
    )
    ProductVariantChannelListing.objects.create(
        variant_id=variant_id,
        channel=channel(),
        currency=CURRENCY,
        price_amount=price,
        discounted_price_amount=price,
    )


def _product_type(is_service: bool) -> int:
    slug = "welfare-service" if is_service else "welfare-goods"
    found = ProductType.objects.filter(slug=slug).values_list("pk", flat=True).first()
    defaults = {
        "name": "Servizio" if is_service else "Bene",
        "has_variants": False,
        "is_shipping_required": not is_service,
        "kind": "normal",
    }
    return found or ProductType.objects.get_or_create(slug=slug, defaults=defaults)[0].pk


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
        _reprice(product_id, price_cents)


def _reprice(product_id: int, price_cents: int) -> None:
    price, here = decimal(price_cents), channel()
    ProductVariantChannelListing.objects.filter(
        variant__product_id=product_id, channel=here
    ).update(price_amount=price, discounted_price_amount=price)
    ProductChannelListing.objects.filter(product_id=product_id, channel=here).update(
        discounted_price_amount=price, discounted_price_dirty=True
    )


def products_publish(product_ids: Collection[int]) -> None:
    """Show the products to customers, in one statement."""
    ProductChannelListing.objects.filter(
        product_id__in=product_ids, channel__slug=channel_slug()
    ).update(is_published=True, published_at=timezone.now())


def products_unpublish(product_ids: Collection[int]) -> None:
    """Hide the products from customers, in one statement."""
    ProductChannelListing.objects.filter(product_id__in=product_ids).update(is_published=False)


def stock_set(product_id: int, warehouse_id: uuid.UUID, quantity: int | None) -> None:
    """What lies in the warehouse, sold and not yet handed over included; None is not counted."""
    variant = ProductVariant.objects.filter(product_id=product_id).order_by("pk").first()
    if variant is None:
        return
    variant.track_inventory = quantity is not None
    variant.save(update_fields=["track_inventory"])
    Stock.objects.update_or_create(
        warehouse_id=warehouse_id,
        product_variant=variant,
        defaults={"quantity": UNCOUNTED if quantity is None else quantity},
    )


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
