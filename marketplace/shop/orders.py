"""Orders of the installed Saleor: placed in one go with few statements, cancelled, announced.

``order_place`` writes the rows that Saleor's ``create_order`` writes for the same checkout (tests
compare the two), in bulk instead of one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from saleor.account.models import Address, User
from saleor.order import OrderStatus
from saleor.order.models import Order, OrderLine

from marketplace.money import decimal
from marketplace.refusals import Refusal
from marketplace.shop import engine
from marketplace.shop.allocations import stock_set_aside
from marketplace.shop.columns import CREATED
from marketplace.shop.facts import OrderRef, PostalAddress, PricedCart, PricedLine


class Orders(Protocol):
    """What each Saleor says of orders in its own way."""

    def number_of(self, order: Any) -> str:
        """The number that people know an order by."""

    def line_place(self, line: Any) -> Any:
        """What an order's lines are sorted by to stand as they stood in the cart."""

    def order_columns(self, cart: PricedCart) -> dict[str, Any]:
        """What the row of an order says besides what both say."""

    def line_columns(self, line: PricedLine, unit: Decimal) -> dict[str, Any]:
        """What the row of an order's line says besides what both say; ``unit`` is a piece's price
        in euro."""

    def placed_by(self, user: Any, order: Any) -> None:
        """Note on the customer that the order is theirs, as Saleor does."""

    def cancel(self, order: Any, user: Any) -> None:
        """Saleor's own cancelling: stock back, then every plugin told."""

    def order_announce(self, order_id: str) -> None:
        """Tell the world of a placed and paid order: letters, and the shop's other plugins
        (webhooks).

        For a worker; our own plugins have done their part in the order's transaction.
        """


_installed: Orders = engine.part("orders")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import orders as saleor2
    from marketplace.shop.saleor3 import orders as saleor3

    _engines: tuple[Orders, ...] = (saleor2, saleor3)

order_announce = _installed.order_announce
placed_by = _installed.placed_by


def order_ref(checkout_token: str) -> OrderRef | None:
    """The order that came out of this checkout, if any; lines numbered in the cart's order."""
    order = Order.objects.filter(checkout_token=checkout_token).prefetch_related("lines").first()
    return ref_of(order) if order else None


def ref_of(order: Any) -> OrderRef:
    """What others know an order by; its lines numbered in the cart's order."""
    lines = sorted(order.lines.all(), key=_installed.line_place)
    return _ref(order, {number: str(line.pk) for number, line in enumerate(lines, 1)})


def _ref(order: Any, line_ids: dict[int, str]) -> OrderRef:
    return OrderRef(
        order_id=str(order.pk),
        number=_installed.number_of(order),
        checkout_token=order.checkout_token,
        line_ids=line_ids,
        native=order,
    )


def order_place(cart: PricedCart, *, user: Any, address: PostalAddress, note: str = "") -> OrderRef:
    """Write the order of a priced cart and set its stock aside; payment is recorded after.

    Raises:
        Refusals: OUT_OF_STOCK, one per line that the warehouses cannot fill.
    """
    placed = order_write(
        cart,
        user=user,
        address=address,
        note=note,
        status=OrderStatus.UNFULFILLED,
        checkout_token=cart.token,
    )
    _installed.placed_by(user, placed.native)
    return placed


def order_write(
    cart: PricedCart,
    *,
    user: Any,
    address: PostalAddress,
    note: str,
    status: str,
    checkout_token: str,
) -> OrderRef:
    """The rows of an order in that status, and its stock set aside; Refusals OUT_OF_STOCK."""
    billing, shipping = _addresses(address, wanted=2 if cart.shipping_method else 1)
    delivery, total = decimal(cart.delivery_cents), decimal(cart.total_cents)
    order = Order.objects.create(
        user=user,
        user_email=user.email,
        status=status,
        language_code=get_language() or settings.LANGUAGE_CODE,
        billing_address=billing,
        shipping_address=shipping,
        shipping_method=cart.shipping_method,
        shipping_method_name=cart.shipping_method.name if cart.shipping_method else None,
        # Net is gross: nothing is taxed on top of a price.
        shipping_price_net_amount=delivery,
        shipping_price_gross_amount=delivery,
        total_net_amount=total,
        total_gross_amount=total,
        currency=cart.currency,
        checkout_token=checkout_token,
        customer_note=note,
        **_installed.order_columns(cart),
    )
    lines = OrderLine.objects.bulk_create([_order_line(order, line) for line in cart.lines])
    stock_set_aside(cart, lines)
    return _ref(
        order, {line.number: str(row.pk) for line, row in zip(cart.lines, lines, strict=True)}
    )


def _addresses(address: PostalAddress, *, wanted: int) -> tuple[Any, Any]:
    """Billing and shipping address of an order: private copies, as Saleor makes them."""
    rows = Address.objects.bulk_create(
        Address(
            first_name=address.first_name,
            last_name=address.last_name,
            street_address_1=address.street,
            city=address.city,
            postal_code=address.postal_code,
            country=address.country,
            phone=address.phone,
        )
        for _copy in range(wanted)
    )
    return rows[0], rows[1] if wanted == 2 else None


def _order_line(order: Any, line: PricedLine) -> Any:
    unit = (decimal(line.total_cents) / line.quantity).quantize(decimal(1))
    return OrderLine(
        order=order,
        variant=line.native,
        product_name=line.product_name,
        variant_name=line.variant_name,
        is_shipping_required=line.native.is_shipping_required(),
        quantity=line.quantity,
        unit_price_net_amount=unit,
        unit_price_gross_amount=unit,
        currency=order.currency,
        **_installed.line_columns(line, unit),
    )


def order_cancel(order_id: str, *, user_id: int) -> None:
    """Cancel an order as Saleor does: stock back, then every plugin told.

    Raises:
        Refusal: ORDER_NOT_CANCELLABLE once something was handed over or it is cancelled already.
    """
    order = Order.objects.select_for_update().get(pk=order_id)
    if not order.can_cancel():
        raise Refusal(
            "ORDER_NOT_CANCELLABLE",
            _("This order is on its way or cancelled already: it can no longer be cancelled."),
        )
    _installed.cancel(order, User.objects.get(pk=user_id))


def languages_of(user_ids: Sequence[int]) -> dict[int, str]:
    """The language that each of these people last ordered in; one query."""
    last = (
        Order.objects.filter(user_id__in=user_ids)
        .order_by("user_id", f"-{CREATED}")
        .distinct("user_id")
    )
    return dict(last.values_list("user_id", "language_code"))
