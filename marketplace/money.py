"""Integer cents, EUR: the edge to Saleor's ``Decimal`` and the division that loses no cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from babel.numbers import format_currency
from django.utils.translation import gettext_lazy as _

from marketplace import wording
from marketplace.refusals import Refusal

CURRENCY = "EUR"
BASIS_POINTS = 10_000
# Far above any order or budget, far below what a bigint holds: a typing error stops here.
MOST_CENTS = 10_000_000_000


def cents(amount: Decimal, *, field: str | None = None) -> int:
    """Cents of an amount in euro; refuses what is not a whole number of cents.

    Raises:
        Refusal: INVALID_AMOUNT for NaN, infinity, fractions of a cent or more than EUR 100 million.
    """
    if not amount.is_finite() or abs(amount) * 100 > MOST_CENTS:
        raise Refusal(
            "INVALID_AMOUNT",
            _("This is not an amount in euro. Write one such as 12.50."),
            field=field,
        )
    scaled = amount * 100
    if scaled != scaled.to_integral_value():
        raise Refusal(
            "INVALID_AMOUNT", _("An amount in euro has at most two decimals."), field=field
        )
    return int(scaled)


def positive_cents(amount: Decimal, *, field: str | None = None) -> int:
    """As :func:`cents`, and more than zero, or Refusal INVALID_AMOUNT."""
    value = cents(amount, field=field)
    if value <= 0:
        raise Refusal("INVALID_AMOUNT", _("The amount must be more than zero."), field=field)
    return value


def decimal(value_cents: int) -> Decimal:
    """Euro with two decimals, for Saleor."""
    return Decimal(value_cents).scaleb(-2)


def euro(value_cents: int) -> str:
    """For sentences, as the active language writes it: ``12,50 €``, ``€12.50``."""
    return format_currency(decimal(value_cents), CURRENCY, locale=wording.locale())


def share_out(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Divide a total in proportion to weights by largest remainder; the sum is exact.

    The cents that do not divide go to the largest remainders, ties to the earlier place, so the
    same input always gives the same answer. Where ``total_cents <= sum(weights)`` no share exceeds
    its weight.

    Raises:
        ValueError: negative total or weight, or a total with nobody to take it.
    """
    if total_cents < 0 or any(weight < 0 for weight in weights):
        raise ValueError("share_out divides amounts that are not negative")
    whole = sum(weights)
    if whole == 0:
        if total_cents:
            raise ValueError("share_out needs a weight above zero")
        return [0] * len(weights)
    shares = [total_cents * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda i: (-(total_cents * weights[i] % whole), i)
    )
    for i in by_remainder[: total_cents - sum(shares)]:
        shares[i] += 1
    return shares


def portion(base_cents: int, share_bps: int) -> int:
    """``share_bps`` basis points of a base, rounded half up to the cent."""
    return (base_cents * share_bps + BASIS_POINTS // 2) // BASIS_POINTS
