"""What either Saleor refuses of a cart, in the same words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from marketplace.refusals import Refusal


def unknown_variant(number: int) -> Refusal:
    """Refusal UNKNOWN_VARIANT of the line of that number."""
    return Refusal(
        "UNKNOWN_VARIANT",
        _("Line %(line)s names an article that the shop does not have.") % {"line": number},
        field="lines",
        line=number,
    )


def delivery_not_available() -> Refusal:
    """Refusal DELIVERY_NOT_AVAILABLE."""
    return Refusal(
        "DELIVERY_NOT_AVAILABLE",
        _("This way of delivery is not available. Choose another."),
        field="delivery",
    )


def wrong_currency() -> Refusal:
    """Refusal WRONG_CURRENCY."""
    return Refusal("WRONG_CURRENCY", _("Welfare credit pays in euro only."))


def out_of_stock(number: int, product_name: str, available: int) -> Refusal:
    """Refusal OUT_OF_STOCK that says how many there are."""
    sentence = (
        ngettext_lazy(
            "Line %(line)s: of «%(product)s» only %(available)s is left. Take fewer.",
            "Line %(line)s: of «%(product)s» only %(available)s are left. Take fewer.",
            "available",
        )
        if available
        else _("Line %(line)s: «%(product)s» is sold out. Take it out of the cart.")
    )
    return Refusal(
        "OUT_OF_STOCK",
        sentence % {"line": number, "product": product_name, "available": available},
        field="lines",
        line=number,
        available=available,
    )
