"""What Saleor 2.10.1 says of orders in its own way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from saleor.account import CustomerEvents
from saleor.account.models import CustomerEvent
from saleor.order import emails as order_emails
from saleor.order.actions import cancel_order
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager

from marketplace.shop.facts import PricedCart, PricedLine


def number_of(order: Any) -> str:
    """Its key."""
    return str(order.pk)


def line_place(line: Any) -> Any:
    """Lines are numbered as they are written."""
    return line.pk


def order_columns(cart: PricedCart) -> dict[str, Any]:
    """Nothing more."""
    return {}


def line_columns(line: PricedLine, unit: Decimal) -> dict[str, Any]:
    """A line without an article's code has an empty one."""
    return {"product_sku": line.sku}


def placed_by(user: Any, order: Any) -> None:
    """An event of theirs."""
    CustomerEvent.objects.create(user=user, order=order, type=CustomerEvents.PLACED_ORDER)


def cancel(order: Any, user: Any) -> None:
    """The plugins are told within the transaction."""
    cancel_order(order, user)


def order_announce(order_id: str) -> None:
    """The letters to buyer and staff, and that the order was made."""
    order = Order.objects.get(pk=order_id)
    order_emails.send_order_confirmation.delay(order.pk, "", order.user_id)
    order_emails.send_staff_order_confirmation.delay(order.pk, "")
    manager = get_plugins_manager(
        plugins=[path for path in settings.PLUGINS if not path.startswith("plugins.")]
    )
    manager.order_created(order)
