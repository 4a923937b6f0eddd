"""Engine-neutral facts that pass through the door: carts priced by Saleor, orders it has placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.core.files.storage import default_storage

from marketplace.refusals import Refusal

# Where a shipping method says which of our delivery methods it is.
DELIVERY_META = "welfarepiu.delivery_method"


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

    @classmethod
    def of(
        cls, number: int, variant: Any, *, quantity: int, total_cents: int, is_published: bool
    ) -> PricedLine:
        """The line of that number, with so many of Saleor's variant for so much in all."""
        return cls(
            number=number,
            variant_id=variant.pk,
            product_id=variant.product_id,
            product_name=str(variant.product),
            variant_name=str(variant),
            sku=variant.sku or "",
            quantity=quantity,
            unit_cents=total_cents // quantity,
            total_cents=total_cents,
            is_published=is_published,
            native=variant,
        )


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

    @classmethod
    def of(cls, row: Any, captured_cents: int) -> CapturedPayment:
        """Of Saleor's own record, which knows its order or, before there is one, its checkout."""
        return cls(
            payment_id=row.pk,
            order_id=str(row.order_id) if row.order_id else None,
            checkout_token=row.order.checkout_token if row.order else str(row.checkout_id or ""),
            captured_cents=captured_cents,
        )


@dataclass(frozen=True, slots=True)
class OrderBooks:
    """What the shop has written of an order's payments by one gateway.

    ``captured_cents`` is the sum that it shows, ``transacted_cents`` what its transactions add up
    to; a crash between the two leaves them apart.
    """

    captured_cents: int
    transacted_cents: int
    last_refund_at: datetime | None = None

    def __add__(self, other: OrderBooks) -> OrderBooks:
        moments = [one for one in (self.last_refund_at, other.last_refund_at) if one is not None]
        return OrderBooks(
            captured_cents=self.captured_cents + other.captured_cents,
            transacted_cents=self.transacted_cents + other.transacted_cents,
            last_refund_at=max(moments, default=None),
        )


class ProductMade(NamedTuple):
    """A product with its one variant."""

    product_id: int
    variant_id: int


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A product as a list shows it; ``available`` is None where it is not counted."""

    product_id: int
    name: str
    slug: str
    description: str
    price_cents: int
    is_published: bool
    variant_id: int | None
    sku: str
    available: int | None
    picture_path: str
    picture_alt: str

    @property
    def picture_url(self) -> str:
        """From the server's root, or empty."""
        return default_storage.url(self.picture_path) if self.picture_path else ""


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """Who runs the shop; ``domain`` is where its pictures and letters point, with the port."""

    name: str
    domain: str
    description: str
    company: str
    street: str
    city: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class ProductText:
    """A product's texts in a second language."""

    product_id: int
    name: str
    description: str


class Gateway(Protocol):
    """What a payment gateway of ours does, free of Saleor's types; a module of a plugin.

    Whatever refuses raises Refusal; amounts are cents.
    """

    def checkout_prepare(self, checkout: Any, *, hold_token: str, discounts: Any) -> None:
        """Before any money moves: every rule once more, and the hold looked at."""

    def hold_pay(self, *, hold_token: str, amount_cents: int, currency: str) -> str:
        """Pay the checkout under way; the reference that a refund will carry."""

    def hold_void(self, hold_token: str) -> None:
        """Give back a hold that has paid nothing."""

    def hold_open(self, hold_token: str) -> bool:
        """Whether a hold still keeps its money for its checkout."""

    def checkout_hold(self, checkout_token: str, *, user_id: int | None, given: Any) -> str:
        """Set aside what a checkout of this user's costs, as the client's ``given`` data say."""

    def checkout_offer(self, checkout_token: str, *, user_id: int | None) -> Any:
        """What could pay a checkout of this user's; plain data for the client."""

    def order_placed(self, checkout_token: str) -> None:
        """Make what follows from an order that Saleor has just created; once."""

    def order_cancelled(self, order_id: str, reference: str) -> None:
        """Give back what an order that was cancelled has cost; once."""

    def refund(self, *, order_id: str, amount_cents: int) -> str:
        """Give back an amount of an order at the staff's request; the reference."""

    def not_offered(self, operation: str) -> Refusal:
        """What an operation gets that does not apply."""
