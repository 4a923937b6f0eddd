"""From a cart that Saleor has priced to a sale: whose listings, delivered how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.money import CURRENCY, share_out
from marketplace.providers.models import Listing, ListingStatus
from marketplace.refusals import Refusal, Refusals
from marketplace.sales.sale import Delivery, DeliveryMethod, Sale, SaleLine
from marketplace.shop.facts import PricedCart, PricedLine
from marketplace.territory.models import Comune


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose wallet pays, under which plan of which company; none for a solidarity wallet."""

    user_id: int
    wallet_id: int
    company_id: int | None
    plan_id: int | None
    refund_grace_days: int = 0


def sale_of(cart: PricedCart, payer: Payer, *, on: date | None = None) -> Sale:
    """The sale that this cart would be.

    Raises:
        Refusal: EMPTY_CART, WRONG_CURRENCY, GIFT_CARD_NOT_ACCEPTED, DELIVERY_NOT_AVAILABLE.
        Refusals: NOT_ON_SALE, one per line whose article no provider sells now.
    """
    _check_cart(cart)
    listings = {
        listing.product_id: listing
        for listing in Listing.objects.filter(
            product_id__in=[line.product_id for line in cart.lines]
        )
    }
    _check_on_sale(cart, listings)
    delivery = _delivery(cart)
    totals = _line_totals(cart)
    return Sale(
        token=cart.token,
        user_id=payer.user_id,
        wallet_id=payer.wallet_id,
        company_id=payer.company_id,
        plan_id=payer.plan_id,
        lines=tuple(
            _line(line, listings[line.product_id], total, delivery)
            for line, total in zip(cart.lines, totals, strict=True)
        ),
        delivery=delivery,
        total_cents=cart.total_cents,
        on=on or timezone.localdate(),
    )


def _check_cart(cart: PricedCart) -> None:
    if not cart.lines:
        raise Refusal("EMPTY_CART", _("The cart is empty. Put something into it."), field="lines")
    if cart.currency != CURRENCY:
        raise Refusal("WRONG_CURRENCY", _("Welfare credit pays in euro only."))
    if cart.has_gift_cards:
        raise Refusal(
            "GIFT_CARD_NOT_ACCEPTED",
            _("A gift card cannot be combined with welfare credit. Take it out of the cart."),
        )


def _check_on_sale(cart: PricedCart, listings: dict[int, Any]) -> None:
    missing = [line for line in cart.lines if not _on_sale(line, listings.get(line.product_id))]
    if missing:
        raise Refusals(
            [
                Refusal(
                    "NOT_ON_SALE",
                    _("Line %(line)s: «%(product)s» is not on sale. Take it out of the cart.")
                    % {"line": line.number, "product": line.product_name},
                    field="lines",
                    line=line.number,
                )
                for line in missing
            ]
        )


def _on_sale(line: PricedLine, listing: Any) -> bool:
    return bool(listing and listing.status == ListingStatus.PUBLISHED and line.is_published)


def _delivery(cart: PricedCart) -> Delivery:
    """The delivery of a cart; the comune is where it goes, None outside the territory."""
    method = cart.delivery_method or DeliveryMethod.ON_SITE.value
    if method not in list(DeliveryMethod):
        raise Refusal(
            "DELIVERY_NOT_AVAILABLE",
            _("This way of delivery is not available. Choose another."),
            field="delivery",
        )
    comune_id = None
    if cart.city:
        comune_id = (
            Comune.objects.filter(name__iexact=cart.city.strip()).values_list("pk", flat=True)
        ).first()
    if method == DeliveryMethod.SFA_DELIVERY and comune_id is None:
        raise Refusal(
            "OUTSIDE_TERRITORY",
            _("The SFA does not deliver to «%(city)s». Choose pick-up.") % {"city": cart.city},
            field="delivery",
        )
    return Delivery(method=method, comune_id=comune_id, cents=cart.delivery_cents)


def _line_totals(cart: PricedCart) -> list[int]:
    """Line totals after a discount on the whole cart, spread over the lines without losing a cent.

    Saleor never takes more off than the lines cost; what a discount takes off delivery stays there.
    """
    totals = [line.total_cents for line in cart.lines]
    payable = cart.total_cents - cart.delivery_cents
    if payable == sum(totals):
        return totals
    return share_out(payable, totals)


def _line(line: PricedLine, listing: Any, total_cents: int, delivery: Delivery) -> SaleLine:
    delivered = delivery.method == DeliveryMethod.SFA_DELIVERY
    return SaleLine(
        number=line.number,
        variant_id=line.variant_id,
        product_id=line.product_id,
        product_name=line.product_name,
        listing_id=listing.pk,
        provider_id=listing.provider_id,
        category_code=listing.category_code,
        quantity=line.quantity,
        unit_cents=line.unit_cents,
        total_cents=total_cents,
        is_service=listing.is_service,
        needs_packing=listing.needs_packing,
        needs_delivery=listing.needs_delivery and delivered,
    )
