"""What Saleor 2.10.1 and its staff write to the catalogue, past our services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saleor.product.models import Product, ProductType, ProductVariant

from marketplace.money import cents, decimal

__all__ = [
    "PRICINGS",
    "UNPRICINGS",
    "listed_cents",
    "paragraphs",
    "product_bare",
    "product_reword",
]


def product_bare(name: str, slug: str, price_cents: int) -> Any:
    """A product that nobody sees and that has nothing to sell."""
    kind, _made = ProductType.objects.get_or_create(slug="bare", defaults={"name": "Bare"})
    price = decimal(price_cents)
    return Product.objects.create(
        name=name,
        slug=slug,
        product_type=kind,
        price_amount=price,
        minimal_variant_price_amount=price,
    )


def product_reword(product_id: int, *, name: str, description: str) -> None:
    """Other words, in one statement."""
    Product.objects.filter(pk=product_id).update(name=name, description=description)


def product_price(product_id: int, price_cents: int) -> None:
    """Another price of the product."""
    Product.objects.filter(pk=product_id).update(price_amount=decimal(price_cents))


def variant_price(product_id: int, price_cents: int) -> None:
    """A price of the variant's own."""
    ProductVariant.objects.filter(product_id=product_id).update(
        price_override_amount=decimal(price_cents)
    )


# Every way in which the staff changes what a product costs; the last one holds.
PRICINGS: tuple[Callable[[int, int], None], ...] = (product_price, variant_price)


def priced_at_nothing(product_id: int) -> None:
    """No price at all."""
    product_price(product_id, 0)


# Every way in which the staff leaves a product without a price.
UNPRICINGS: tuple[Callable[[int], None], ...] = (priced_at_nothing,)


def listed_cents(product_id: int) -> int:
    """The price that Saleor keeps for its own lists."""
    return cents(Product.objects.get(pk=product_id).minimal_variant_price_amount)


def paragraphs(product_id: int) -> list[str]:
    """A description as Saleor's dashboard edits it."""
    blocks = Product.objects.get(pk=product_id).description_json["blocks"]
    return [block["text"] for block in blocks]
