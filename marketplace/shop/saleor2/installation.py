"""What Saleor 2.10.1 has to be told once: who it is, how it delivers, which shelves it shows."""

from __future__ import annotations

from collections.abc import Sequence

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

from marketplace.money import CURRENCY, decimal
from marketplace.shop.facts import ProductText, ShopFacts
from marketplace.shop.saleor2.carts import DELIVERY_META
from marketplace.shop.saleor2.catalogue import description_columns, shipping_zone_ensure

ENGLISH = "en"


def shop_configure(facts: ShopFacts) -> None:
    """Name, address and taxes: every price is what the buyer pays."""
    # Not get_current(), which remembers a site for the process, and with it its old settings.
    site = Site.objects.get(pk=settings.SITE_ID)
    site.name, site.domain = facts.name, facts.domain
    site.save()
    shop = site.settings
    shop.description = facts.description
    shop.include_taxes_in_prices = True
    shop.display_gross_prices = True
    shop.charge_taxes_on_shipping = False
    shop.default_mail_sender_name = facts.name
    shop.company_address = shop.company_address or Address()
    shop.company_address.company_name = facts.company
    shop.company_address.street_address_1 = facts.street
    shop.company_address.city = facts.city
    shop.company_address.postal_code = facts.postal_code
    shop.company_address.country = "IT"
    shop.company_address.save()
    shop.company_address_id = shop.company_address.pk
    shop.save()


def delivery_offer(*, method: str, name: str, name_en: str, cents: int) -> None:
    """Offer one of our delivery methods in Italy at a gross price; again changes name and price."""
    zone = shipping_zone_ensure()
    row = ShippingMethod.objects.filter(
        shipping_zone=zone, **{"meta__contains": {DELIVERY_META: method}}
    ).first()
    row = row or ShippingMethod(shipping_zone=zone, meta={DELIVERY_META: method})
    row.name, row.type = name, ShippingMethodType.PRICE_BASED
    row.price_amount, row.currency = decimal(cents), CURRENCY
    row.save()
    ShippingMethodTranslation.objects.update_or_create(
        shipping_method=row, language_code=ENGLISH, defaults={"name": name_en}
    )


def shelf_fill(*, slug: str, name: str, name_en: str, product_ids: Sequence[int]) -> None:
    """Show these products together (Saleor's collection), in this order, after what is there."""
    shelf, _made = Collection.objects.update_or_create(
        slug=slug, defaults={"name": name, "is_published": True}
    )
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
            **description_columns(text.description),
        )
        for text in texts
        if text.product_id not in translated
    )
