"""What Saleor 3.23 has to be told once: who it is, how it delivers, which shelves it shows."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.contrib.sites.models import Site
from django.utils import timezone
from saleor.account.models import Address
from saleor.product.models import (
    Collection,
    CollectionChannelListing,
    CollectionProduct,
    CollectionTranslation,
    Product,
    ProductTranslation,
)
from saleor.shipping import ShippingMethodType
from saleor.shipping.models import (
    ShippingMethod,
    ShippingMethodChannelListing,
    ShippingMethodTranslation,
)

from marketplace.money import CURRENCY, decimal
from marketplace.shop.facts import ProductText, ShopFacts
from marketplace.shop.saleor3.carts import DELIVERY_META
from marketplace.shop.saleor3.catalogue import description_blocks, shipping_zone_ensure
from marketplace.shop.saleor3.channels import channel

ENGLISH = "en"


def shop_configure(facts: ShopFacts) -> None:
    """Name, address and channel: every price is what the buyer pays."""
    channel()
    # Not get_current(), which remembers a site for the process, and with it its old settings.
    site = Site.objects.get(pk=settings.SITE_ID)
    site.name, site.domain = facts.name, facts.domain
    site.save()
    shop = site.settings
    shop.description = facts.description
    shop.enable_account_confirmation_by_email = False
    shop.default_mail_sender_name = facts.name[: settings.DEFAULT_MAX_EMAIL_DISPLAY_NAME_LENGTH]
    shop.company_address = shop.company_address or Address()
    shop.company_address.company_name = facts.company
    shop.company_address.street_address_1 = facts.street
    shop.company_address.city = facts.city
    shop.company_address.postal_code = facts.postal_code
    shop.company_address.country = "IT"
    shop.company_address.save()
    shop.company_address_id = shop.company_address.pk
    shop.save()
    Site.objects.clear_cache()


def delivery_offer(*, method: str, name: str, name_en: str, cents: int) -> None:
    """Offer one of our delivery methods in Italy at a gross price; again changes name and price."""
    zone = shipping_zone_ensure()
    row = ShippingMethod.objects.filter(
        shipping_zone=zone, metadata__contains={DELIVERY_META: method}
    ).first()
    row = row or ShippingMethod(shipping_zone=zone, metadata={DELIVERY_META: method})
    row.name, row.type = name, ShippingMethodType.PRICE_BASED
    row.save()
    ShippingMethodChannelListing.objects.update_or_create(
        shipping_method=row,
        channel=channel(),
        defaults={"price_amount": decimal(cents), "currency": CURRENCY},
    )
    ShippingMethodTranslation.objects.update_or_create(
        shipping_method=row, language_code=ENGLISH, defaults={"name": name_en}
    )


def shelf_fill(*, slug: str, name: str, name_en: str, product_ids: Sequence[int]) -> None:
    """Show these products together (Saleor's collection), in this order, after what is there."""
    shelf, _made = Collection.objects.update_or_create(slug=slug, defaults={"name": name})
    CollectionChannelListing.objects.update_or_create(
        collection=shelf,
        channel=channel(),
        defaults={"is_published": True, "published_at": timezone.now()},
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
            description=description_blocks(text.description),
        )
        for text in texts
        if text.product_id not in translated
    )
