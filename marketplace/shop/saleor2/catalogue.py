"""Saleor 2.10.1's catalogue: one product with one variant, one stock row and one price, EUR gross.

Writes are made for the marketplace's own listings; a product that Saleor's staff made by hand may
have more variants, of which the first is shown.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from saleor.product.models import Product, ProductImage, ProductVariant
from saleor.product.utils.variant_prices import update_product_minimal_variant_price

from marketplace.money import CURRENCY, decimal
from marketplace.shop.facts import ProductFacts, ProductMade
from marketplace.shop.slugs import slug_of
from marketplace.shop.stockroom import product_type_ensure, stock_add

# Where publication is written, for a trigger to stand on: table, column with the product's key.
PUBLICATION_TABLE = "product_product"
PUBLICATION_KEY = "id"
PUBLICATION_MIGRATION = ("product", "0117_auto_20200423_0737")
# What a search reads of a product: a SELECT of name, description as text, and gross price in cents
# of the product whose key is ``wanted``.
SEARCHED = """
    SELECT product.name, product.description, ROUND(100 * COALESCE((
        SELECT price_override_amount FROM product_productvariant
        WHERE product_id = product.id ORDER BY id LIMIT 1
    ), product.price_amount))::bigint
    FROM product_product AS product WHERE product.id = wanted
"""
# Where that is written: table, column with the product's key, columns that it is made of.
SEARCHED_TABLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("product_product", "id", ("name", "description", "price_amount")),
    ("product_productvariant", "product_id", ("price_override_amount",)),
)
# Every table in which a product's page changes.
SHOWN_TABLES: tuple[str, ...] = (
    "product_product",
    "product_productvariant",
    "product_productimage",
    "warehouse_stock",
    "warehouse_allocation",
)
SHOWN_MIGRATIONS: tuple[tuple[str, str], ...] = (
    PUBLICATION_MIGRATION,
    ("warehouse", "0009_remove_invalid_allocation"),
)


def visible(prefix: str = "product") -> Q:
    """Products that customers see now; ``prefix`` is the path from the queried model."""
    date = f"{prefix}__publication_date"
    started = Q(**{f"{date}__isnull": True}) | Q(**{f"{date}__lte": timezone.localdate()})
    return started & Q(**{f"{prefix}__is_published": True})


def last_start() -> str:
    """Nothing: here products become visible on a day, not at a moment."""
    return ""


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
    product = Product(
        product_type_id=product_type_ensure(is_service=is_service),
        name=name,
        slug=slug_of(name, sku),
        category_id=category_id,
        currency=CURRENCY,
        price_amount=decimal(price_cents),
        minimal_variant_price_amount=decimal(price_cents),
        is_published=False,
        **description_columns(description),
    )
    product.save()
    # Through save(), not the manager: that one starts a task which may run before this commits.
    variant = ProductVariant(
        product=product, sku=sku, currency=CURRENCY, track_inventory=stock is not None
    )
    variant.save()
    stock_add(variant, warehouse_id, stock)
    return ProductMade(product.pk, variant.pk)


def description_columns(text: str) -> dict[str, Any]:
    """Saleor keeps a description twice: as text, and as Draft.js blocks for its dashboard."""
    blocks = [
        {
            "key": f"p{number}",
            "type": "unstyled",
            "text": paragraph,
            "depth": 0,
            "entityRanges": [],
            "inlineStyleRanges": [],
            "data": {},
        }
        for number, paragraph in enumerate(text.split("\n"))
        if paragraph.strip()
    ]
    return {"description": text, "description_json": {"blocks": blocks, "entityMap": {}}}


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
        for column, value in description_columns(description).items():
            setattr(product, column, value)
    if category_id is not None:
        product.category_id = category_id
    if price_cents is not None:
        product.price_amount = decimal(price_cents)
        product.variants.update(price_override_amount=None)
        update_product_minimal_variant_price(product, save=False)
    product.save()


def products_publish(product_ids: Collection[int]) -> None:
    """Show the products to customers, in one statement."""
    Product.objects.filter(pk__in=product_ids).update(
        is_published=True, publication_date=None, updated_at=timezone.now()
    )


def products_unpublish(product_ids: Collection[int]) -> None:
    """Hide the products from customers, in one statement."""
    Product.objects.filter(pk__in=product_ids).update(is_published=False, updated_at=timezone.now())


def picture_add(product_id: int, *, picture: Any, alt: str) -> None:
    """Add a picture (a Django file) after those that the product has."""
    ProductImage(product_id=product_id, image=picture, alt=alt[:128]).save()


FACTS = """
SELECT product.id, product.name, product.slug, product.description,
    ROUND(COALESCE(variant.price_override_amount, product.price_amount) * 100)::bigint,
    product.is_published,
    variant.id, COALESCE(variant.sku, ''),
    CASE WHEN variant.track_inventory THEN GREATEST(stocked.quantity - stocked.allocated, 0) END,
    COALESCE(picture.image, ''), COALESCE(picture.alt, '')
FROM product_product AS product
LEFT JOIN LATERAL (
    SELECT id, sku, price_override_amount, track_inventory FROM product_productvariant
    WHERE product_id = product.id ORDER BY id LIMIT 1
) AS variant ON true
LEFT JOIN LATERAL (
    SELECT COALESCE(SUM(stock.quantity), 0)::int AS quantity, COALESCE(SUM((
        SELECT SUM(quantity_allocated) FROM warehouse_allocation WHERE stock_id = stock.id
    )), 0)::int AS allocated
    FROM warehouse_stock AS stock WHERE stock.product_variant_id = variant.id
) AS stocked ON true
LEFT JOIN LATERAL (
    SELECT image, alt FROM product_productimage
    WHERE product_id = product.id ORDER BY sort_order LIMIT 1
) AS picture ON true
WHERE product.id = ANY(%s)
"""


def product_facts(product_ids: Collection[int]) -> dict[int, ProductFacts]:
    """Name, price, stock and picture of products, by key, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [list(product_ids)])
        rows = cursor.fetchall()
    return {row[0]: ProductFacts(*row) for row in rows}
