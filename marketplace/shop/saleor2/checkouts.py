"""How Saleor 2.10.1 completes a checkout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.core.exceptions import InsufficientStock
from saleor.graphql.checkout.mutations import CheckoutComplete
from saleor.graphql.core.types.common import CheckoutError

from marketplace.shop.completion import Completion
from marketplace.shop.refusals import out_of_stock
from marketplace.shop.saleor2.carts import check_currency

__all__ = [
    "PAYMENT_ERROR",
    "RELATED",
    "CheckoutComplete",
    "CheckoutError",
    "asked_for",
    "asking",
    "check_currency",
    "order_made",
    "order_shown",
    "refusing_shortages",
]

PAYMENT_ERROR: Any = CheckoutErrorCode.PAYMENT_ERROR
RELATED = ("shipping_method", "shipping_address", "billing_address")


def asking(info: Any) -> int | None:
    """As the request says."""
    return info.context.user.pk if info.context.user.is_authenticated else None


def asked_for(data: Mapping[str, Any]) -> tuple[str, str]:
    """There is one argument, and it must be given."""
    return "checkout_id", data["checkout_id"]


@contextmanager
def refusing_shortages(variants: list[int]) -> Iterator[None]:
    """Raised between charge and order: the rollback takes the charge back."""
    try:
        yield
    except InsufficientStock as shortage:
        variant = shortage.item
        number = variants.index(variant.pk) + 1 if variant.pk in variants else 1
        raise out_of_stock(number, str(variant.product), 0) from shortage


def order_made(order: Any, completion: Completion) -> None:
    """Our plugins have been told, and none but ours takes payments."""


def order_shown(order: Any) -> Any:
    """As it is."""
    return order
