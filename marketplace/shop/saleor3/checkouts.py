"""How Saleor 3.23 completes a checkout."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.utils.translation import gettext_lazy as _
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.graphql.checkout.mutations.checkout_complete import CheckoutComplete
from saleor.graphql.core.context import (
    SyncWebhookControlContext,
    disallow_replica_in_context,
    setup_context_user,
)
from saleor.graphql.core.types.common import CheckoutError
from saleor.plugins.manager import get_plugins_manager

from marketplace.refusals import Refusal
from marketplace.shop.completion import Completion
from marketplace.shop.saleor3.carts import check_currency
from marketplace.shop.saleor3.orders import ours

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

PAYMENT_ERROR: Any = CheckoutErrorCode.PAYMENT_ERROR.value
RELATED = ("channel", "shipping_address", "billing_address")


def asking(info: Any) -> int | None:
    """Whoever it is, what they do is read where it is written."""
    disallow_replica_in_context(info.context)
    setup_context_user(info.context)
    return info.context.user.pk if info.context.user else None


def asked_for(data: Mapping[str, Any]) -> tuple[str, str]:
    """Saleor 3 renamed the argument and still takes the old ones."""
    return "id", data.get("id") or data.get("checkout_id") or data.get("token") or ""


def refusing_shortages(variants: list[int]) -> AbstractContextManager[None]:
    """Saleor 3 says it among its own errors."""
    return nullcontext()


def order_made(order: Any, completion: Completion) -> None:
    """What follows from an order commits with it, although Saleor says so after the commit.

    Raises:
        Refusal: PAYMENT_OUTSIDE_CHECKOUT, whatever else Saleor takes for paid: what others say was
            paid, a gift card, an order for nothing. The order that it has made is taken back.
    """
    if not completion.paid:
        raise Refusal(
            "PAYMENT_OUTSIDE_CHECKOUT",
            _("Welfare credit has not paid this cart. Pay it, then complete it."),
        )
    ours(get_plugins_manager(allow_replica=False), "order_created", order.node)


def order_shown(order: Any) -> Any:
    """As Saleor 3 passes orders to its types."""
    return SyncWebhookControlContext(order)
