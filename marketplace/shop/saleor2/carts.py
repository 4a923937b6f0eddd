"""Prices of carts and checkouts, by Saleor 2.10.1's own calculation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from saleor.checkout.models import Checkout, CheckoutLine
from saleor.core.taxes import zero_taxed_money
from saleor.discount.models import Sale
from saleor.discount.utils import fetch_discounts
from saleor.plugins.manager import get_plugins_manager
from saleor.product.models import ProductVariant
from saleor.shipping.models import ShippingMethod

from marketplace.money import CURRENCY, cents
from marketplace.shop.facts import DELIVERY_META, CartLine, PricedCart, PricedLine
from marketplace.shop.refusals import wrong_currency

LINES = Prefetch(
    "lines", queryset=CheckoutLine.objects.select_related("variant__product__product_type")
)


def active_discounts() -> Any:
    """Saleor's sales in force; one query where there is none, as is usual here, instead of four."""
    now = timezone.now()
    return fetch_discounts(now) if Sale.objects.active(now).exists() else []


def delivery_method_set(shipping_method_id: int, method: str) -> None:
    """Say which of our delivery methods a Saleor shipping method is."""
    shipping_method = ShippingMethod.objects.get(pk=shipping_method_id)
    shipping_method.meta = {**shipping_method.meta, DELIVERY_META: method}
    shipping_method.save(update_fields=["meta"])


def delivery_methods() -> dict[str, int]:
    """Our delivery methods that can be had, with the shipping method behind each."""
    rows = ShippingMethod.objects.filter(meta__has_key=DELIVERY_META).values_list("meta", "pk")
    return {meta[DELIVERY_META]: pk for meta, pk in rows}


def delivery_prices() -> dict[str, int]:
    """What each of our delivery methods costs, gross, in cents."""
    rows = ShippingMethod.objects.filter(meta__has_key=DELIVERY_META).order_by("-pk")
    return {row.meta[DELIVERY_META]: cents(row.get_total().amount) for row in rows}


def variants(ids: Collection[int]) -> dict[int, Any]:
    """The shop's variants by key."""
    return ProductVariant.objects.select_related("product__product_type").in_bulk(ids)


def delivery(method: str) -> tuple[Any, int] | None:
    """The shipping method that this delivery method is, and its cents; None where it has none."""
    found = ShippingMethod.objects.filter(**{"meta__contains": {DELIVERY_META: method}}).first()
    return (found, cents(found.get_total().amount)) if found else None


def priced_lines(
    requested: Sequence[CartLine], found: Mapping[int, Any], shipping_method: Any
) -> tuple[PricedLine, ...]:
    """By the sums of a checkout that is not written."""
    checkout = Checkout(currency=CURRENCY, shipping_method=shipping_method)
    lines = [
        CheckoutLine(checkout=checkout, variant=found[line.variant_id], quantity=line.quantity)
        for line in requested
    ]
    return _priced_lines(lines, get_plugins_manager(), active_discounts())


def checkout_cart(checkout: Any, *, manager: Any = None, discounts: Any = None) -> PricedCart:
    """The priced cart that a Saleor checkout is; Refusal WRONG_CURRENCY."""
    check_currency(checkout)
    manager = manager or get_plugins_manager()
    discounts = active_discounts() if discounts is None else discounts
    # On the checkout itself, whose lines Saleor's sums read again and again; where Saleor has read
    # them already, these are the lines that the order will be made of.
    prefetch_related_objects([checkout], LINES)
    lines = sorted(checkout.lines.all(), key=lambda line: line.pk)
    for line in lines:
        line.checkout = checkout
    priced = _priced_lines(lines, manager, discounts)
    total = manager.calculate_checkout_total(checkout, lines, discounts)
    shipping = (
        manager.calculate_checkout_shipping(checkout, lines, discounts)
        if checkout.shipping_method_id
        else zero_taxed_money(checkout.currency)
    )
    address = checkout.shipping_address or checkout.billing_address
    method = checkout.shipping_method.meta if checkout.shipping_method_id else {}
    return PricedCart(
        token=str(checkout.pk),
        user_id=checkout.user_id,
        lines=priced,
        delivery_method=method.get(DELIVERY_META, ""),
        delivery_cents=cents(shipping.gross.amount),
        discount_cents=cents(checkout.discount_amount),
        total_cents=cents(total.gross.amount),
        city=address.city if address else "",
        country=address.country.code if address else "",
        currency=checkout.currency,
        has_gift_cards=checkout.gift_cards.exists(),
        shipping_method=checkout.shipping_method,
    )


def check_currency(checkout: Any) -> None:
    """Refuse another currency than the shop's before Saleor adds it up: that is a ValueError.

    The shop's, not the euro: what welfare credit does not pay is Saleor's own affair.
    """
    if checkout.currency != settings.DEFAULT_CURRENCY:
        raise wrong_currency()


def _priced_lines(lines: Sequence[Any], manager: Any, discounts: Any) -> tuple[PricedLine, ...]:
    return tuple(
        PricedLine.of(
            number,
            line.variant,
            quantity=line.quantity,
            total_cents=cents(manager.calculate_checkout_line_total(line, discounts).gross.amount),
            is_published=bool(line.variant.product.is_visible),
        )
        for number, line in enumerate(lines, 1)
    )
