"""Where goods lie and under which heading, in the rows that both Saleors know alike."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Protocol

from django.db import connection
from saleor.account.models import Address
from saleor.product.models import Category, ProductType, ProductVariant
from saleor.shipping.models import ShippingZone
from saleor.warehouse.models import Stock, Warehouse

from marketplace.shop import engine
from marketplace.shop.columns import PRODUCT_TYPE

COUNTRY = "IT"
# Saleor sells nothing without a stock row, also what it does not count.
UNCOUNTED = 1_000_000
# One lock for what has no unique constraint: the shipping zone.
_ZONE_LOCK = 0x7A6F6E65


class Channels(Protocol):
    """What the territory sells through."""

    def channel_join(self, row: Any) -> None:
        """Let a warehouse or shipping zone serve what the territory sells."""


_channels: Channels = engine.part("channels")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import channels as saleor2
    from marketplace.shop.saleor3 import channels as saleor3

    _engines: tuple[Channels, ...] = (saleor2, saleor3)


def warehouse_ensure(*, slug: str, name: str, city: str, postal_code: str) -> uuid.UUID:
    """The warehouse of that slug, made where there is none, in the shipping zone of Italy."""
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
        _channels.channel_join(warehouse)
    return warehouse.pk


def shipping_zone_ensure() -> Any:
    """The shipping zone that covers Italy, made where there is none."""
    zones = ShippingZone.objects.filter(countries__contains=COUNTRY).order_by("pk")
    zone = zones.first()
    if zone is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ZONE_LOCK])
        zone = zones.first() or ShippingZone.objects.create(name="Italia", countries=[COUNTRY])
    # Also one that Saleor's staff made for another channel.
    _channels.channel_join(zone)
    return zone


def category_ensure(*, slug: str, name: str) -> int:
    """The key of the shop's category of that slug, made where there is none."""
    found = Category.objects.filter(slug=slug).values_list("pk", flat=True).first()
    return found or Category.objects.get_or_create(slug=slug, defaults={"name": name})[0].pk


def product_type_ensure(*, is_service: bool) -> int:
    """The key of the product type of services or of goods, made where there is none."""
    slug = "welfare-service" if is_service else "welfare-goods"
    found = ProductType.objects.filter(slug=slug).values_list("pk", flat=True).first()
    defaults = {
        "name": "Servizio" if is_service else "Bene",
        "has_variants": False,
        "is_shipping_required": not is_service,
        **PRODUCT_TYPE,
    }
    return found or ProductType.objects.get_or_create(slug=slug, defaults=defaults)[0].pk


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


def stock_add(variant: Any, warehouse_id: uuid.UUID, quantity: int | None) -> None:
    """The stock of a new variant; None is not counted."""
    Stock.objects.create(
        warehouse_id=warehouse_id,
        product_variant=variant,
        quantity=UNCOUNTED if quantity is None else quantity,
    )
