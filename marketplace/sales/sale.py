"""The sale: what is bought, from whom, by whom, delivered how; the same on both engines.

Built from a Saleor checkout (step by step) or from a cart in one request; what gates, levies and
followers see. Amounts are gross, in cents, EUR.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.choices import Choices

#: The payment gateways under which the shop books what was paid for a sale: by credit, by card.
GATEWAY = "welfarepiu.wallet"
CARD_GATEWAY = "welfarepiu.card"


class DeliveryMethod(Choices):
    SFA_DELIVERY = "sfa_delivery", _("Delivered by the SFA")
    PICK_UP = "pick_up", _("Pick-up at the provider's")
    ON_SITE = "on_site", _("Service on site")


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the order reaches its buyer; ``cents`` is what delivery costs, gross; ``card_cents`` what
    a card pays of it."""

    method: str
    comune_id: int | None = None
    cents: int = 0
    card_cents: int = 0


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One line of a cart, priced; ``number`` counts from 1 in the cart's order.

    Credit pays it, but for ``card_cents``; ``credit_only``: the law lets no card pay any of it.
    """

    number: int
    variant_id: int
    product_id: int
    product_name: str
    listing_id: int
    provider_id: int
    category_code: str
    quantity: int
    unit_cents: int
    total_cents: int
    is_service: bool = False
    needs_packing: bool = False
    needs_delivery: bool = False
    card_cents: int = 0
    credit_only: bool = False

    @property
    def by_voucher(self) -> bool:
        """Whether each unit is handed over in person against a nominative voucher: services, and
        goods that nobody packs or brings."""
        return self.is_service or not (self.needs_packing or self.needs_delivery)

    @property
    def credit_cents(self) -> int:
        """What credit pays of the line."""
        return self.total_cents - self.card_cents


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale before it is paid. ``token`` is the checkout's, and the order's ``checkout_token``."""

    token: str
    user_id: int
    wallet_id: int
    company_id: int | None
    plan_id: int | None
    lines: tuple[SaleLine, ...]
    delivery: Delivery
    total_cents: int
    on: date
    currency: str = "EUR"

    @property
    def provider_ids(self) -> tuple[int, ...]:
        """Every provider once, in ascending order of id: the order in which all is divided."""
        return tuple(sorted({line.provider_id for line in self.lines}))

    def by_provider(self) -> Iterable[tuple[int, tuple[SaleLine, ...]]]:
        """(provider id, its lines), in ascending order of id."""
        lines = sorted(self.lines, key=lambda line: (line.provider_id, line.number))
        for provider_id, group in groupby(lines, key=lambda line: line.provider_id):
            yield provider_id, tuple(group)

    def gross_of(self, provider_id: int) -> int:
        """Cents of one provider's lines, delivery not included."""
        return sum(line.total_cents for line in self.lines if line.provider_id == provider_id)

    @property
    def card_cents(self) -> int:
        """What a card pays of the whole sale; zero for nearly every one."""
        return sum(line.card_cents for line in self.lines) + self.delivery.card_cents

    def card_cents_of(self, provider_id: int) -> int:
        """What a card pays of one provider's lines."""
        return sum(line.card_cents for line in self.lines if line.provider_id == provider_id)

    def has_credit_only(self, provider_id: int) -> bool:
        """Whether the law keeps cards off a line of this provider's."""
        return any(line.credit_only for line in self.lines if line.provider_id == provider_id)


@dataclass(frozen=True, slots=True)
class LevyShare:
    """The levy on what one provider takes: whose share, under which policy, in cents."""

    provider_id: int
    policy_id: int
    base_cents: int
    provider_cents: int = 0
    company_cents: int = 0
    employee_cents: int = 0

    @property
    def total_cents(self) -> int:
        """What the Fund receives."""
        return self.provider_cents + self.company_cents + self.employee_cents


@dataclass(frozen=True, slots=True)
class LevyTerms:
    """The levy of a whole sale, and the ledger account of the Fund that it goes to."""

    fund_account_id: int
    shares: tuple[LevyShare, ...]


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """A paid order, to its followers; ``provider_orders`` in ascending order of provider."""

    order_id: str
    sale: Sale
    provider_orders: tuple[Any, ...]
    levy: LevyTerms
    transfer_id: int


@dataclass(frozen=True, slots=True)
class Reversal:
    """Money that went back for one provider order; ``levy`` holds what the Fund gave back."""

    order_id: str
    provider_order: Any
    cents: int
    levy: LevyShare
    full: bool
    transfer_id: int
