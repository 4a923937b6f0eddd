"""The one-request purchase: cart, address and delivery in, the paid order out, all or nothing.

Everything is read once, computed once and written in bulk, in one database transaction; the same
gates, levy, settlement and followers as in Saleor's own steps, by the same code.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.money import euro
from marketplace.operation.sending import send_after_commit
from marketplace.refusals import Refusal, Refusals
from marketplace.sales import extensions, services
from marketplace.sales.carts import Payer, sale_of
from marketplace.sales.models import Settlement
from marketplace.sales.sale import LevyTerms, Sale
from marketplace.sales.tasks import order_announce
from marketplace.shop import orders, payments
from marketplace.shop.carts import price_cart
from marketplace.shop.facts import CartLine, OrderRef, PostalAddress, PricedCart
from marketplace.shop.telemetry import span
from plugins.welfare_wallet.gateway import GATEWAY
from plugins.welfare_wallet.wallets import payer_of

# Names of purchases: a purchase's token is the uuid5 of its buyer and its idempotency key, so that
# a retry finds the first one without a table of keys.
PURCHASES = uuid.UUID("6f1f6a9e-4d50-5d3c-9d3c-8f3f4c1c2a77")
MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class PurchaseRequest:
    """What a buyer asks for; ``idempotency_key`` is the client's, new for each purchase.

    ``expected_cents`` is what the buyer was told that the wallet would pay; None: whatever it is.
    """

    idempotency_key: str
    lines: tuple[CartLine, ...]
    delivery_method: str
    address: PostalAddress
    wallet_id: int | None = None
    note: str = ""
    expected_cents: int | None = None

    def token(self, user_id: int) -> str:
        """The checkout token of the purchase that this request is."""
        return str(uuid.uuid5(PURCHASES, f"{user_id}:{self.idempotency_key}"))

    def digest(self) -> str:
        """Hash of everything asked, to tell a retry from another request under the same key.

        Not of ``expected_cents``: that guards a purchase, it is no part of it.
        """
        asked = asdict(self)
        del asked["expected_cents"]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Purchased:
    """``replayed``: the purchase was made by an earlier request with the same key."""

    settlement: Settlement
    replayed: bool


class _AlreadyPaid(Exception):
    """Another request with the same key was faster: take back what this one wrote."""


def purchase_create(
    *, user: Any, request: PurchaseRequest, customer_ip: str | None = None
) -> Purchased:
    """Buy a cart with welfare credit.

    Raises:
        Refusal: INVALID_KEY, EMPTY_CART, TOO_MANY_LINES, INVALID_QUANTITY, DUPLICATE_LINE,
            UNKNOWN_VARIANT, NOT_ON_SALE, OUT_OF_STOCK, LINE_OUTSIDE_PLAN,
            CATEGORY_BUDGET_EXCEEDED, CHARTER_NOT_IN_FORCE, DELIVERY_NOT_AVAILABLE,
            OUTSIDE_TERRITORY, PRICE_CHANGED, INSUFFICIENT_CREDIT, IDEMPOTENCY_CONFLICT, and what
            :func:`payer_of` refuses. Nothing has changed then.
    """
    with span("purchase"):
        return _purchase_create(user, request, customer_ip)


def _purchase_create(user: Any, request: PurchaseRequest, customer_ip: str | None) -> Purchased:
    check_request(request)
    earlier = purchase_earlier(user.pk, request)
    if earlier is not None:
        return earlier
    try:
        with transaction.atomic():
            return _buy(user, request, customer_ip)
    except _AlreadyPaid:
        found = purchase_earlier(user.pk, request)
        if found is None:  # pragma: no cover - the ledger has just said that it is there
            raise
        return found
    except Refusal:
        # While this one waited for a lock, the very same request may have taken the last piece.
        found = purchase_earlier(user.pk, request)
        if found is None:
            raise
        return found


def _buy(user: Any, request: PurchaseRequest, customer_ip: str | None) -> Purchased:
    payer = payer_of(user_id=user.pk, wallet_id=request.wallet_id)
    cart = cart_of(request, user.pk)
    sale = sale_of(cart, payer)
    extensions.check(sale)
    levy = extensions.levy_of(sale)
    check_expected(request, services.amount_due(sale, levy))
    order = orders.order_place(cart, user=user, address=request.address, note=request.note)
    settlement = _settle(sale, levy, request, payer, order)
    payments.payment_record(
        order,
        gateway=GATEWAY,
        amount_cents=sale.total_cents,
        reference=sale.token,
        customer_ip=customer_ip,
    )
    services.order_place(settlement, order)
    # The reconciler announces what nobody was told of.
    send_after_commit(order_announce, order.order_id)
    return Purchased(settlement, replayed=False)


def check_expected(request: PurchaseRequest, due_cents: int) -> None:
    """Refuse with PRICE_CHANGED where the cart costs another sum than its buyer was shown."""
    if request.expected_cents not in (None, due_cents):
        raise Refusal(
            "PRICE_CHANGED",
            _("The cart costs %(new)s now, no longer %(old)s. Look at it again before you pay.")
            % {"new": euro(due_cents), "old": euro(request.expected_cents)},
            field="expectedTotal",
            expected_cents=request.expected_cents,
            due_cents=due_cents,
        )


def cart_of(request: PurchaseRequest, user_id: int) -> PricedCart:
    """What is asked for, priced by the shop; Refusal UNKNOWN_VARIANT, DELIVERY_NOT_AVAILABLE."""
    return price_cart(
        request.lines,
        token=request.token(user_id),
        user_id=user_id,
        delivery_method=request.delivery_method,
        city=request.address.city,
        country=request.address.country,
    )


def _settle(
    sale: Sale, levy: LevyTerms, request: PurchaseRequest, payer: Payer, order: OrderRef
) -> Settlement:
    settlement, replayed = services.settle_from_wallet(
        sale,
        levy,
        order=order,
        request_hash=request.digest(),
        refund_grace_days=payer.refund_grace_days,
    )
    if replayed:
        raise _AlreadyPaid
    return settlement


def purchase_earlier(user_id: int, request: PurchaseRequest) -> Purchased | None:
    """What an earlier request with the same key has bought; Refusal IDEMPOTENCY_CONFLICT where it
    asked for something else."""
    settlement = Settlement.objects.standing().filter(token=request.token(user_id)).first()
    if settlement is None:
        return None
    if settlement.request_hash != request.digest():
        raise Refusal(
            "IDEMPOTENCY_CONFLICT",
            _("This key has already bought another cart. Use a new key."),
            field="idempotencyKey",
        )
    return Purchased(settlement, replayed=True)


def check_request(request: PurchaseRequest) -> None:
    """Refuse what no cart may be, before anything is read: INVALID_KEY, EMPTY_CART, TOO_MANY_LINES,
    INVALID_QUANTITY, DUPLICATE_LINE."""
    if not 8 <= len(request.idempotency_key) <= 64:
        raise Refusal(
            "INVALID_KEY",
            _("The idempotency key has from 8 to 64 characters."),
            field="idempotencyKey",
        )
    check_size(request.lines)
    wrong = list(wrong_lines(request.lines))
    if wrong:
        raise Refusals(wrong)


def check_size(lines: Sequence[CartLine]) -> None:
    """Refusal EMPTY_CART or TOO_MANY_LINES."""
    if not lines:
        raise Refusal("EMPTY_CART", _("The cart is empty. Put something into it."), field="lines")
    if len(lines) > MOST_LINES:
        raise Refusal(
            "TOO_MANY_LINES",
            _("A cart has at most %(most)s lines.") % {"most": MOST_LINES},
            field="lines",
        )


def wrong_lines(lines: Sequence[CartLine]) -> Iterator[Refusal]:
    """INVALID_QUANTITY or DUPLICATE_LINE for each line that asks for what no cart may hold."""
    most = settings.MAX_CHECKOUT_LINE_QUANTITY
    seen: set[int] = set()
    for number, line in enumerate(lines, 1):
        if not 1 <= line.quantity <= most:
            yield Refusal(
                "INVALID_QUANTITY",
                _("Line %(line)s: the quantity goes from 1 to %(most)s.")
                % {"line": number, "most": most},
                field="lines",
                line=number,
            )
        elif line.variant_id in seen:
            yield Refusal(
                "DUPLICATE_LINE",
                _("Line %(line)s repeats an article. Put its quantity together.")
                % {"line": number},
                field="lines",
                line=number,
            )
        seen.add(line.variant_id)
