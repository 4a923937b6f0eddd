"""Prices of carts and checkouts, by Saleor 3.23's own calculation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Subquery
from django.db.models.functions import Coalesce
from saleor.checkout import calculations
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.plugins.manager import get_plugins_manager
from saleor.product.models import (
    ProductChannelListing,
    ProductVariant,
    ProductVariantChannelListing,
)
from saleor.shipping.models import ShippingMethod, ShippingMethodChannelListing

from marketplace.money import CURRENCY, cents
from marketplace.shop.facts import DELIVERY_META, CartLine, PricedCart, PricedLine
from marketplace.shop.refusals import wrong_currency
from marketplace.shop.saleor3.catalogue import visible
from marketplace.shop.saleor3.channels import channel_slug


def delivery_method_set(shipping_method_id: int, method: str) -> None:
    """Say which of our delivery methods a Saleor shipping method is."""
    shipping_method = ShippingMethod.objects.get(pk=shipping_method_id)
    shipping_method.store_value_in_metadata({DELIVERY_META: method})
    shipping_method.save(update_fields=["metadata"])


def delivery_methods() -> dict[str, int]:
    """Our delivery methods that can be had, with the shipping method behind each."""
    rows = ShippingMethod.objects.filter(
        metadata__has_key=DELIVERY_META, channel_listings__channel__slug=channel_slug()
    ).values_list("metadata", "pk")
    return {metadata[DELIVERY_META]: pk for metadata, pk in rows}


def delivery_prices() -> dict[str, int]:
    """What each of our delivery methods costs, gross, in cents."""
    listed = (
        ShippingMethodChannelListing.objects.filter(
            shipping_method__metadata__has_key=DELIVERY_META, channel__slug=channel_slug()
        )
        .select_related("shipping_method")
        .order_by("-shipping_method")
    )
    return {one.shipping_method.metadata[DELIVERY_META]: cents(one.price_amount) for one in listed}


def variants(ids: Collection[int]) -> dict[int, Any]:
    """Variants that the channel has a price for, with that price, less a promotion of Saleor's."""
    here = ProductVariantChannelListing.objects.filter(
        variant=OuterRef("pk"), channel__slug=channel_slug()
    )
    price = Coalesce("discounted_price_amount", "price_amount")
    return (
        ProductVariant.objects.annotate(
            price_here=Subquery(here.values(asked=price)[:1]),
            public_here=ExpressionWrapper(visible("product"), BooleanField()),
        )
        .filter(price_here__isnull=False)
        .select_related("product__product_type")
        .in_bulk(ids)
    )


def delivery(method: str) -> tuple[Any, int] | None:
    """The shipping method that this delivery method is, and its cents in the channel, if any."""
    listed = (
        ShippingMethodChannelListing.objects.filter(
            shipping_method__metadata__contains={DELIVERY_META: method},
            channel__slug=channel_slug(),
        )
        .select_related("shipping_method")
        .first()
    )
    return (listed.shipping_method, cents(listed.price_amount)) if listed else None


def priced_lines(
    requested: Sequence[CartLine], found: Mapping[int, Any], shipping_method: Any
) -> tuple[PricedLine, ...]:
    """By the channel's prices."""
    return tuple(
        PricedLine.of(
            number,
            found[line.variant_id],
            quantity=line.quantity,
            total_cents=cents(found[line.variant_id].price_here) * line.quantity,
            is_published=found[line.variant_id].public_here,
        )
        for number, line in enumerate(requested, 1)
    )


def checkout_cart(checkout: Any, *, manager: Any = None, discounts: Any = None) -> PricedCart:
    """The priced cart that a Saleor checkout is; Refusal WRONG_CURRENCY.

    ``discounts`` are the other engine's; this one keeps its promotions in the database.
    """
    check_currency(checkout)
    manager = manager or get_plugins_manager(allow_replica=False)
    lines, _unavailable = fetch_checkout_lines(checkout)
    info = fetch_checkout_info(checkout, lines, manager)
    public = _public([line.product.pk for line in lines], info.channel.pk)
    priced = tuple(
        PricedLine.of(
            number,
            line.variant,
            quantity=line.line.quantity,
            total_cents=cents(
                calculations.checkout_line_total(
                    manager=manager, checkout_info=info, lines=lines, checkout_line_info=line
                ).gross.amount
            ),
            is_published=line.product.pk in public,
        )
        for number, line in enumerate(sorted(lines, key=lambda line: line.line.created_at), 1)
    )
    money = {"manager": manager, "checkout_info": info, "lines": lines}
    total = calculations.calculate_checkout_total(**money)
    shipping = calculations.checkout_shipping_price(**money)
    address = checkout.shipping_address or checkout.billing_address
    return PricedCart(
        token=str(checkout.pk),
        user_id=checkout.user_id,
        lines=priced,
        delivery_method=_delivery_method_of(info),
        delivery_cents=cents(shipping.gross.amount),
        discount_cents=cents(checkout.discount_amount),
        total_cents=cents(total.gross.amount),
        city=address.city if address else "",
        country=address.country.code if address else "",
        currency=checkout.currency,
        has_gift_cards=checkout.gift_cards.exists(),
    )


def check_currency(checkout: Any) -> None:
    """Refuse what is not in euro."""
    if checkout.currency != CURRENCY:
        raise wrong_currency()


def _delivery_method_of(checkout_info: Any) -> str:
    chosen = checkout_info.get_delivery_method_info().delivery_method
    method: str = (getattr(chosen, "metadata", None) or {}).get(DELIVERY_META, "")
    return method


def _public(product_ids: list[int], channel_id: int) -> set[int]:
    listed = ProductChannelListing.objects.filter(
        product_id__in=product_ids, channel_id=channel_id, is_published=True
    )
    return {one.product_id for one in listed if one.is_visible}
