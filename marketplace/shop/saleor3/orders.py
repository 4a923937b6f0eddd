"""What Saleor 3.23 says of orders in its own way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.sites.models import Site
from django.db.models import F
from django.utils import timezone
from saleor.account import CustomerEvents
from saleor.account.models import CustomerEvent, User
from saleor.core.postgres import FlatConcatSearchVector
from saleor.order import OrderOrigin
from saleor.order.actions import cancel_order
from saleor.order.fetch import fetch_order_info
from saleor.order.models import Order
from saleor.order.notifications import send_order_confirmation
from saleor.order.search import prepare_order_search_vector_value
from saleor.plugins.manager import get_plugins_manager

from marketplace.money import decimal
from marketplace.shop.facts import PricedCart, PricedLine
from marketplace.shop.saleor3.channels import channel

# What Saleor tells of an order that is placed and paid at once, one after the other.
PLACED_AND_PAID = (
    "order_created",
    "order_paid",
    "order_fully_paid",
    "order_updated",
    "order_confirmed",
)


def number_of(order: Any) -> str:
    """Counted apart from its key."""
    return str(order.number)


def line_place(line: Any) -> Any:
    """Keys of lines are random."""
    return line.created_at, line.pk


def placed_by(user: Any, order: Any) -> None:
    """An event of theirs, and one order more on their row."""
    CustomerEvent.objects.create(user=user, order=order, type=CustomerEvents.PLACED_ORDER)
    User.objects.filter(pk=user.pk).update(number_of_orders=F("number_of_orders") + 1)


def _both_ways(amounts: dict[str, Decimal]) -> dict[str, Decimal]:
    """Net and gross: nothing is taxed on top of a price."""
    return {
        f"{name}_{part}_amount": amount
        for name, amount in amounts.items()
        for part in ("net", "gross")
    }


def order_columns(cart: PricedCart) -> dict[str, Any]:
    """Channel and origin, and sums that the other engine adds up when it is asked."""
    delivery = decimal(cart.delivery_cents)
    return {
        "channel": channel(),
        "origin": OrderOrigin.CHECKOUT,
        "base_shipping_price_amount": delivery,
        "undiscounted_base_shipping_price_amount": delivery,
        "shipping_method_metadata": cart.shipping_method.metadata if cart.shipping_method else {},
        "shipping_tax_rate": 0,
        "shipping_tax_class_name": "",
        "lines_count": len(cart.lines),
        "should_refresh_prices": False,
        **_both_ways(
            {
                "undiscounted_total": decimal(cart.total_cents),
                "subtotal": decimal(sum(line.total_cents for line in cart.lines)),
            }
        ),
    }


def line_columns(line: PricedLine, unit: Decimal) -> dict[str, Any]:
    """The article as it was, and the line's sums; a line without an article's code has none."""
    total = decimal(line.total_cents)
    return {
        "product_sku": line.sku or None,
        "product_variant_id": line.native.get_global_id(),
        "product_type_id": line.native.product.product_type_id,
        "is_gift_card": False,
        "is_price_overridden": False,
        "base_unit_price_amount": unit,
        "undiscounted_base_unit_price_amount": unit,
        "unit_discount_type": "fixed",
        "tax_rate": 0,
        # In the cart's order: that is how the lines are numbered.
        "created_at": timezone.now(),
        **_both_ways(
            {
                "undiscounted_unit_price": unit,
                "total_price": total,
                "undiscounted_total_price": total,
            }
        ),
    }


def cancel(order: Any, user: Any) -> None:
    """Saleor tells the plugins after the commit, and what it tells them then does nothing more: the
    money is to go back with the cancellation or not at all, so ours are told within."""
    manager = get_plugins_manager(allow_replica=False)
    cancel_order(order, user, None, manager, Site.objects.get_current().settings)
    ours(manager, "order_cancelled", order)


def ours(manager: Any, hook: str, order: Any) -> None:
    """Tell our own plugins now, inside the transaction, what Saleor tells them after it."""
    for plugin in manager.get_plugins(order.channel.slug, active_only=True):
        if type(plugin).__module__.startswith("plugins.") and hasattr(plugin, hook):
            getattr(plugin, hook)(order, None)


def order_announce(order_id: str) -> None:
    """The words that staff search it by, the letter, and all that the shop's apps listen for."""
    order = Order.objects.get(pk=order_id)
    order.search_vector = FlatConcatSearchVector(*prepare_order_search_vector_value(order))
    order.save(update_fields=["search_vector"])
    manager = get_plugins_manager(allow_replica=False)
    send_order_confirmation(fetch_order_info(order), order.redirect_url, manager)
    others = [
        plugin
        for plugin in manager.get_plugins(order.channel.slug, active_only=True)
        if not type(plugin).__module__.startswith("plugins.")
    ]
    for hook in PLACED_AND_PAID:
        for plugin in others:
            if hasattr(plugin, hook):
                getattr(plugin, hook)(order, None)
