"""What Saleor 3.23 notes of a payment besides what both engines do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from saleor.order import OrderAuthorizeStatus, OrderChargeStatus, OrderEvents

# Added up already: Saleor adds up those that are not.
CAPTURE = {"already_processed": True}


def reference_columns(reference: str) -> dict[str, str]:
    """By which staff finds the order."""
    return {"psp_reference": reference}


def captured_events(money: Mapping[str, Any]) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """That it came in."""
    return ((OrderEvents.PAYMENT_CAPTURED, money),)


def paid_events(money: Mapping[str, Any]) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """That the order is paid, and confirmed as its channel confirms what is paid."""
    gateway = money["payment_gateway"]
    return (
        (OrderEvents.ORDER_FULLY_PAID, {"payment_gateway": gateway}),
        (OrderEvents.CONFIRMED, {}),
    )


def order_charge(order: Any, amount: Decimal) -> None:
    """Sum and statuses stand on the order; one statement."""
    order.total_charged_amount += amount
    paid = order.total_charged_amount >= order.total_gross_amount
    order.charge_status = OrderChargeStatus.FULL if paid else OrderChargeStatus.PARTIAL
    order.authorize_status = OrderAuthorizeStatus.FULL if paid else OrderAuthorizeStatus.PARTIAL
    order.save(update_fields=["total_charged_amount", "charge_status", "authorize_status"])
