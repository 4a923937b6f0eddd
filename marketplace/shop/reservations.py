"""An order that waits for its payment: a draft of Saleor's with its stock set aside.

Saleor 2.10.1 reserves nothing for a checkout, and the allocations of either Saleor hang on order
lines. So the order is written at once as a draft, which Saleor counts in every look at its stock
and shows to its staff alone; paid, it becomes an order, and abandoned it goes. A crash leaves a
draft that is found by whoever made it.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from saleor.account.models import Address
from saleor.order import OrderStatus
from saleor.order.models import Order

from marketplace.money import cents
from marketplace.refusals import Refusal
from marketplace.shop.allocations import stock_release
from marketplace.shop.columns import CREATED
from marketplace.shop.facts import OrderRef, PostalAddress, PricedCart
from marketplace.shop.orders import order_write, placed_by, ref_of


def order_reserve(cart: PricedCart, *, user: Any, address: PostalAddress, note: str = "") -> str:
    """Set a priced cart's stock aside; return the id of the order that it may become.

    Raises:
        Refusals: OUT_OF_STOCK, one per line that the warehouses cannot fill.
    """
    # Without its checkout's token, so that nobody takes it for a placed order.
    placed = order_write(
        cart, user=user, address=address, note=note, status=OrderStatus.DRAFT, checkout_token=""
    )
    return placed.order_id


def order_confirm(order_id: str, *, checkout_token: str, total_cents: int) -> OrderRef:
    """Make the reservation an order, of now; payment is recorded after.

    Raises:
        Refusal: RESERVATION_GONE where it was released, or changed by the shop's staff.
    """
    order = (
        Order.objects.select_for_update(of=("self",))
        .select_related("billing_address", "user")
        .filter(pk=order_id, status=OrderStatus.DRAFT)
        .first()
    )
    if order is None or cents(order.total_gross_amount) != total_cents:
        raise Refusal(
            "RESERVATION_GONE",
            _("What was set aside for this order is no longer there. Buy again."),
        )
    order.status = OrderStatus.UNFULFILLED
    order.checkout_token = checkout_token
    setattr(order, CREATED, timezone.now())
    order.save(update_fields=["status", "checkout_token", CREATED])
    placed_by(order.user, order)
    return ref_of(order)


def order_release(order_id: str) -> None:
    """Give back the stock of a reservation; harmless where it is an order or gone."""
    order = Order.objects.select_for_update().filter(pk=order_id, status=OrderStatus.DRAFT).first()
    if order is None:
        return
    stock_release([str(pk) for pk in order.lines.values_list("pk", flat=True)])
    addresses = [order.billing_address_id, order.shipping_address_id]
    order.delete()
    Address.objects.filter(pk__in=[pk for pk in addresses if pk]).delete()
