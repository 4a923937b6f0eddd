"""Engine-neutral facts that pass through the door: carts priced by Saleor, orders it has placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class CartLine:
    """What is asked for: so many pieces of a variant."""

    variant_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A cart line with Saleor's price, gross, in cents; ``native`` is Saleor's own variant."""

    number: int
    variant_id: int
    product_id: int
    product_name: str
    variant_name: str
    sku: str
    quantity: int
    unit_cents: int
    total_cents: int
    is_published: bool
    native: Any = field(compare=False, repr=False, default=None)


@dataclass(frozen=True, slots=True)
class PricedCart:
    """A cart with every price that Saleor puts on it, gross, in cents.

    ``total_cents`` is what Saleor will charge: lines, less a discount, plus delivery.
    """

    token: str
    user_id: int | None
    lines: tuple[PricedLine, ...]
    delivery_method: str
    delivery_cents: int
    discount_cents: int
    total_cents: int
    city: str
    country: str
    currency: str
    has_gift_cards: bool = False
    shipping_method: Any = field(compare=False, repr=False, default=None)


@dataclass(frozen=True, slots=True)
class OrderRef:
    """An order that Saleor has placed; ``line_ids`` maps a cart line's number to its order line,
    ``native`` is Saleor's own row where it is at hand."""

    order_id: str
    number: str
    checkout_token: str
    line_ids: Mapping[int, str]
    native: Any = field(compare=False, repr=False, default=None)


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Where an order goes, in the shop's terms."""

    first_name: str
    last_name: str
    street: str
    city: str
    postal_code: str
    country: str = "IT"
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CapturedPayment:
    """A payment that the shop holds as captured; ``order_id`` is None where it has no order."""

    payment_id: int
    order_id: str | None
    checkout_token: str
    captured_cents: int


@dataclass(frozen=True, slots=True)
class OrderBooks:
    """What the shop has written of an order's payments by one gateway.

    ``captured_cents`` is the sum that it shows, ``transacted_cents`` what its transactions add up
    to; a crash between the two leaves them apart.
    """

    captured_cents: int
    transacted_cents: int
    last_refund_at: datetime | None = None
