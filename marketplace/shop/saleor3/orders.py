"""Orders in Saleor 3.23: placed in one go with few statements, paid, refunded, announced.

``order_place`` writes the rows that Saleor's ``create_order`` writes for the same checkout (tests
compare the two), in bulk instead of one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.sites.models import Site
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from saleor.account import CustomerEvents
from saleor.account.models import Address, CustomerEvent, User
from saleor.core.postgres import FlatConcatSearchVector
from saleor.order import (
    OrderAuthorizeStatus,
    OrderChargeStatus,
    OrderEvents,
    OrderOrigin,
    OrderStatus,
)
from saleor.order.actions import cancel_order
from saleor.order.fetch import fetch_order_info
from saleor.order.models import Order, OrderEvent, OrderLine
from saleor.order.notifications import send_order_confirmation
from saleor.order.search import prepare_order_search_vector_value
from saleor.order.utils import update_order_charge_data
from saleor.payment import ChargeStatus, TransactionKind
from saleor.payment.models import Payment, Transaction
from saleor.payment.utils import gateway_postprocess
from saleor.plugins.manager import get_plugins_manager
from saleor.warehouse.models import Allocation, Stock, Warehouse

from marketplace.money import cents, decimal
from marketplace.refusals import Refusal, Refusals
from marketplace.shop.facts import OrderRef, PostalAddress, PricedCart, PricedLine
from marketplace.shop.refusals import out_of_stock
from marketplace.shop.saleor3 import items
from marketplace.shop.saleor3.channels import channel, channel_slug

# What Saleor tells of an order that is placed and paid at once, one after the other.
PLACED_AND_PAID = (
    "order_created",
    "order_paid",
    "order_fully_paid",
    "order_updated",
    "order_confirmed",
)


def order_ref(checkout_token: str) -> OrderRef | None:
    """The order that came out of this checkout, if any; lines numbered in the cart's order."""
    order = Order.objects.filter(checkout_token=checkout_token).prefetch_related("lines").first()
    return ref_of(order) if order else None


def ref_of(order: Any) -> OrderRef:
    """What others know an order by; its lines numbered in the cart's order."""
    lines = sorted(order.lines.all(), key=lambda line: (line.created_at, line.pk))
    return OrderRef(
        order_id=str(order.pk),
        number=str(order.number),
        checkout_token=order.checkout_token,
        line_ids={number: str(line.pk) for number, line in enumerate(lines, 1)},
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
    placed_by(user, placed.native)
    return placed


def placed_by(user: Any, order: Any) -> None:
    """Note on the customer that the order is theirs, as Saleor does."""
    CustomerEvent.objects.create(user=user, order=order, type=CustomerEvents.PLACED_ORDER)
    User.objects.filter(pk=user.pk).update(number_of_orders=F("number_of_orders") + 1)


def order_write(
    cart: PricedCart,
    *,
    user: Any,
    address: PostalAddress,
    note: str,
    status: str,
    checkout_token: str,
) -> OrderRef:
    """The rows of an order in that status, and its stock set aside."""
    billing, shipping = _addresses(address, wanted=2 if cart.shipping_method else 1)
    delivery = decimal(cart.delivery_cents)
    order = Order.objects.create(
        channel=channel(),
        user=user,
        user_email=user.email,
        status=status,
        origin=OrderOrigin.CHECKOUT,
        language_code=get_language() or settings.LANGUAGE_CODE,
        billing_address=billing,
        shipping_address=shipping,
        shipping_method=cart.shipping_method,
        shipping_method_name=cart.shipping_method.name if cart.shipping_method else None,
        shipping_price_net_amount=delivery,
        shipping_price_gross_amount=delivery,
        base_shipping_price_amount=delivery,
        undiscounted_base_shipping_price_amount=delivery,
        shipping_method_metadata=cart.shipping_method.metadata if cart.shipping_method else {},
        shipping_tax_rate=0,
        shipping_tax_class_name="",
        lines_count=len(cart.lines),
        should_refresh_prices=False,
        currency=cart.currency,
        checkout_token=checkout_token,
        customer_note=note,
        **_totals(cart),
    )
    lines = OrderLine.objects.bulk_create([_order_line(order, line) for line in cart.lines])
    _set_stock_aside(cart, lines)
    return OrderRef(
        order_id=str(order.pk),
        number=str(order.number),
        checkout_token=checkout_token,
        line_ids={line.number: str(row.pk) for line, row in zip(cart.lines, lines, strict=True)},
        native=order,
    )


def _totals(cart: PricedCart) -> dict[str, Any]:
    """Total and subtotal: net is gross, nothing is taxed on top of a price."""
    total = decimal(cart.total_cents)
    subtotal = decimal(sum(line.total_cents for line in cart.lines))
    columns = {"total": total, "undiscounted_total": total, "subtotal": subtotal}
    return {
        f"{name}_{part}_amount": amount
        for name, amount in columns.items()
        for part in ("net", "gross")
    }


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
    total = decimal(line.total_cents)
    prices = {
        f"{name}_{part}_amount": amount
        for name, amount in {
            "unit_price": unit,
            "undiscounted_unit_price": unit,
            "total_price": total,
            "undiscounted_total_price": total,
        }.items()
        for part in ("net", "gross")
    }
    return OrderLine(
        order=order,
        variant=line.native,
        product_name=line.product_name,
        variant_name=line.variant_name,
        product_sku=line.sku or None,
        product_variant_id=line.native.get_global_id(),
        product_type_id=line.native.product.product_type_id,
        is_shipping_required=line.native.is_shipping_required(),
        is_gift_card=False,
        is_price_overridden=False,
        quantity=line.quantity,
        currency=order.currency,
        base_unit_price_amount=unit,
        undiscounted_base_unit_price_amount=unit,
        unit_discount_type="fixed",
        tax_rate=0,
        # In the cart's order: that is how the lines are numbered.
        created_at=timezone.now(),
        **prices,
    )


def lock_stock(variant_ids: list[int], country: str) -> list[Any]:
    """Lock the stocks of these variants, in key order for every caller so that none waits in a
    ring; one statement."""
    return list(
        Stock.objects.select_for_update(of=("self",))
        .filter(
            product_variant_id__in=variant_ids,
            warehouse__in=_warehouses_serving(country),
        )
        .order_by("pk")
    )


def _free_stock(stocks: list[Any]) -> dict[int, list[Any]]:
    """Locked stocks by variant, with ``free`` pieces each."""
    by_variant: dict[int, list[Any]] = defaultdict(list)
    for stock in stocks:
        stock.free = stock.quantity - stock.quantity_allocated
        by_variant[stock.product_variant_id].append(stock)
    return by_variant


def _warehouses_serving(country: str) -> Any:
    """Warehouses of the channel that ship to the country."""
    return Warehouse.objects.filter(
        shipping_zones__countries__contains=country, channels__slug=channel_slug()
    ).values("pk")


def _set_stock_aside(cart: PricedCart, order_lines: list[Any]) -> None:
    stocks = _free_stock(lock_stock([line.variant_id for line in cart.lines], cart.country))
    allocations: list[Any] = []
    short: list[Refusal] = []
    for line, row in zip(cart.lines, order_lines, strict=True):
        here = stocks.get(line.variant_id, [])
        if not here:
            short.append(out_of_stock(line.number, line.product_name, 0))
        elif line.native.track_inventory:
            wanted = line.quantity
            available = sum(max(stock.free, 0) for stock in here)
            if available < wanted:
                short.append(out_of_stock(line.number, line.product_name, available))
                continue
            for stock in here:
                taken = min(wanted, max(stock.free, 0))
                if taken:
                    stock.free -= taken
                    stock.quantity_allocated += taken
                    wanted -= taken
                    allocations.append(
                        Allocation(order_line=row, stock=stock, quantity_allocated=taken)
                    )
    if short:
        raise Refusals(short)
    Allocation.objects.bulk_create(allocations)
    Stock.objects.bulk_update([one.stock for one in allocations], ["quantity_allocated"])


def payment_record(
    placed: OrderRef, *, gateway: str, amount_cents: int, reference: str, customer_ip: str | None
) -> None:
    """Record that an order is paid in full: Saleor's payment, its transaction, the order's event.

    ``reference`` becomes the transaction's token, which a refund will carry.
    """
    payment = _payment(
        placed,
        gateway=gateway,
        amount_cents=amount_cents,
        reference=reference,
        customer_ip=customer_ip,
    )
    order = placed.native
    OrderEvent.objects.bulk_create(
        [
            OrderEvent(order=order, user_id=order.user_id, type=OrderEvents.PLACED),
            _captured(payment),
            OrderEvent(
                order=order,
                user_id=order.user_id,
                type=OrderEvents.ORDER_FULLY_PAID,
                parameters={"payment_gateway": gateway},
            ),
            OrderEvent(order=order, user_id=order.user_id, type=OrderEvents.CONFIRMED),
        ]
    )


def payment_part_record(
    placed: OrderRef, *, gateway: str, amount_cents: int, reference: str, customer_ip: str | None
) -> None:
    """Record one of several payments of an order: Saleor's payment, its transaction, its event."""
    payment = _payment(
        placed,
        gateway=gateway,
        amount_cents=amount_cents,
        reference=reference,
        customer_ip=customer_ip,
    )
    _captured(payment).save()


def _captured(payment: Any) -> Any:
    """The order's event that this payment came in."""
    return OrderEvent(
        order=payment.order,
        user_id=payment.order.user_id,
        type=OrderEvents.PAYMENT_CAPTURED,
        parameters={
            "amount": payment.total,
            "payment_id": payment.token,
            "payment_gateway": payment.gateway,
        },
    )


def _payment(
    placed: OrderRef, *, gateway: str, amount_cents: int, reference: str, customer_ip: str | None
) -> Any:
    """Saleor's payment and its transaction, and what the order says of being paid."""
    order = placed.native
    address = order.billing_address
    amount = decimal(amount_cents)
    payment = Payment.objects.create(
        gateway=gateway,
        is_active=True,
        token=reference,
        order=order,
        total=amount,
        captured_amount=amount,
        charge_status=ChargeStatus.FULLY_CHARGED,
        currency=order.currency,
        billing_email=order.user_email,
        billing_first_name=address.first_name,
        billing_last_name=address.last_name,
        billing_address_1=address.street_address_1,
        billing_city=address.city,
        billing_postal_code=address.postal_code,
        billing_country_code=address.country.code,
        customer_ip_address=customer_ip,
        psp_reference=reference,
    )
    Transaction.objects.create(
        payment=payment,
        kind=TransactionKind.CAPTURE,
        token=reference,
        is_success=True,
        amount=amount,
        currency=order.currency,
        already_processed=True,
        gateway_response={},
    )
    order.total_charged_amount += amount
    paid = order.total_charged_amount >= order.total_gross_amount
    order.charge_status = OrderChargeStatus.FULL if paid else OrderChargeStatus.PARTIAL
    order.authorize_status = OrderAuthorizeStatus.FULL if paid else OrderAuthorizeStatus.PARTIAL
    order.save(update_fields=["total_charged_amount", "charge_status", "authorize_status"])
    return payment


def refund_record(order_id: str, *, gateway: str, amount_cents: int, reference: str) -> None:
    """Record on the order's payment that money went back, without asking the gateway again."""
    payment = (
        Payment.objects.select_for_update()
        .filter(order_id=order_id, gateway=gateway, is_active=True, captured_amount__gt=0)
        .order_by("pk")
        .last()
    )
    if payment is None:
        items.refund_record(
            order_id, gateway=gateway, amount_cents=amount_cents, reference=reference
        )
        return
    refund = Transaction.objects.create(
        payment=payment,
        kind=TransactionKind.REFUND,
        token=reference,
        is_success=True,
        amount=decimal(amount_cents),
        currency=payment.currency,
        gateway_response={},
    )
    gateway_postprocess(refund, payment)
    update_order_charge_data(Order.objects.get(pk=order_id))
    OrderEvent.objects.create(
        order_id=order_id,
        type=OrderEvents.PAYMENT_REFUNDED,
        parameters={
            "amount": decimal(amount_cents),
            "payment_id": payment.token,
            "payment_gateway": payment.gateway,
        },
    )


def captured_cents(order_id: str, gateway: str) -> int:
    """What Saleor holds as captured on the order's payments by this gateway."""
    amounts = Payment.objects.filter(order_id=order_id, gateway=gateway).values_list(
        "captured_amount", flat=True
    )
    booked = items.order_books([order_id], gateway).get(order_id)
    return sum(cents(amount) for amount in amounts) + (booked.captured_cents if booked else 0)


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
    manager = get_plugins_manager(allow_replica=False)
    cancel_order(
        order,
        User.objects.get(pk=user_id),
        None,
        manager,
        Site.objects.get_current().settings,
    )
    # Saleor tells the plugins after the commit, and what it tells them then does nothing more: the
    # money is to go back with the cancellation or not at all.
    ours(manager, "order_cancelled", order)


def ours(manager: Any, hook: str, order: Any) -> None:
    """Tell our own plugins now, inside the transaction, what Saleor tells them after it."""
    for plugin in manager.get_plugins(order.channel.slug, active_only=True):
        if type(plugin).__module__.startswith("plugins.") and hasattr(plugin, hook):
            getattr(plugin, hook)(order, None)


def stock_release(order_line_ids: list[str]) -> None:
    """Give back the stock set aside for lines that will not be fulfilled; again does no harm.

    The allocations stay, at zero, as Saleor leaves them when it cancels an order.
    """
    with transaction.atomic():
        held = Allocation.objects.filter(order_line_id__in=order_line_ids, quantity_allocated__gt=0)
        for allocation in held.select_for_update(of=("self",)).order_by("stock_id"):
            Stock.objects.filter(pk=allocation.stock_id).update(
                quantity_allocated=F("quantity_allocated") - allocation.quantity_allocated
            )
            allocation.quantity_allocated = 0
            allocation.save(update_fields=["quantity_allocated"])


def languages_of(user_ids: Sequence[int]) -> dict[int, str]:
    """The language that each of these people last ordered in; one query."""
    last = (
        Order.objects.filter(user_id__in=user_ids)
        .order_by("user_id", "-created_at")
        .distinct("user_id")
    )
    return dict(last.values_list("user_id", "language_code"))


def order_announce(order_id: str) -> None:
    """Tell the world of a placed and paid order: e-mails, and the shop's other plugins (webhooks).

    For a worker; our own plugins have done their part in the order's transaction.
    """
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
