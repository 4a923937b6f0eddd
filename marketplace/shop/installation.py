"""What Saleor has to be told once: who it is, how it delivers, which shelves it shows.

Again changes what is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.contrib.sites.models import Site
from saleor.account.models import Address
from saleor.product.models import (
    Collection,
    CollectionProduct,
    CollectionTranslation,
    Product,
    ProductTranslation,
)
from saleor.shipping import ShippingMethodType
from saleor.shipping.models import ShippingMethod, ShippingMethodTranslation

from marketplace.shop import engine
from marketplace.shop.columns import METADATA
from marketplace.shop.facts import DELIVERY_META, ProductText, ShopFacts
from marketplace.shop.stockroom import COUNTRY, shipping_zone_ensure

__all__ = [
    "ProductText",
    "ShopFacts",
    "delivery_offer",
    "products_translate",
    "shelf_fill",
    "shop_configure",
]

ENGLISH = "en"


class Installation(Protocol):
    """What either Saleor wants besides."""

    def settings_write(self, shop: Any, facts: ShopFacts) -> None:
        """The shop's settings, not saved yet: every price is what the buyer pays."""

    def delivery_save(self, method: Any, cents: int) -> None:
        """Save a shipping method with its gross price."""

    def shelf_show(self, shelf: Any) -> None:
        """Let customers see a collection."""

    def described(self, description: str) -> Mapping[str, Any]:
        """The columns of a translation that hold a description."""


installed: Installation = engine.part("installation")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import installation as saleor2
    from marketplace.shop.saleor3 import installation as saleor3

    _engines: tuple[Installation, ...] = (saleor2, saleor3)


def shop_configure(facts: ShopFacts) -> None:
    """Name, address and taxes: every price is what the buyer pays."""
    # Not get_current(), which remembers a site for the process, and with it its old settings.
    site = Site.objects.get(pk=settings.SITE_ID)
    site.name, site.domain = facts.name, facts.domain
    site.save()
    shop = site.settings
    shop.description = facts.description
    installed.settings_write(shop, facts)
    shop.company_address = shop.company_address or Address()
    shop.company_address.company_name = facts.company
    shop.company_address.street_address_1 = facts.street
    shop.company_address.city = facts.city
    shop.company_address.postal_code = facts.postal_code
    shop.company_address.country = COUNTRY
    shop.company_address.save()
    shop.company_address_id = shop.company_address.pk
    shop.save()
    Site.objects.clear_cache()


def delivery_offer(*, method: str, name: str, name_en: str, cents: int) -> None:
    """Offer one of our delivery methods in Italy at a gross price; again changes name and price."""
    zone, said = shipping_zone_ensure(), {DELIVERY_META: method}
    row = ShippingMethod.objects.filter(
        shipping_zone=zone, **{f"{METADATA}__contains": said}
    ).first()
    row = row or ShippingMethod(shipping_zone=zone, **{METADATA: said})
    row.name, row.type = name, ShippingMethodType.PRICE_BASED
    installed.delivery_save(row, cents)
    ShippingMethodTranslation.objects.update_or_create(
        shipping_method=row, language_code=ENGLISH, defaults={"name": name_en}
    )


def shelf_fill(*, slug: str, name: str, name_en: str, product_ids: Sequence[int]) -> None:
    """Show these products together (Saleor's collection), in this order, after what is there."""
    shelf, _made = Collection.objects.update_or_create(slug=slug, defaults={"name": name})
    installed.shelf_show(shelf)
    CollectionTranslation.objects.update_or_create(
        collection=shelf, language_code=ENGLISH, defaults={"name": name_en}
    )
    there = set(
        CollectionProduct.objects.filter(collection=shelf).values_list("product", flat=True)
    )
    CollectionProduct.objects.bulk_create(
        CollectionProduct(collection=shelf, product_id=pk, sort_order=len(there) + n)
        for n, pk in enumerate(pk for pk in product_ids if pk not in there)
    )


def products_translate(texts: Sequence[ProductText], *, language: str = ENGLISH) -> None:
    """Name and description of products in a second language, for those that have none in it."""
    known = Product.objects.filter(pk__in=[text.product_id for text in texts])
    translated = set(
        ProductTranslation.objects.filter(language_code=language, product__in=known).values_list(
            "product", flat=True
        )
    )
    ProductTranslation.objects.bulk_create(
        ProductTranslation(
            product_id=text.product_id,
            language_code=language,
            name=text.name,
            **installed.described(text.description),
        )
        for text in texts
        if text.product_id not in translated
    )
