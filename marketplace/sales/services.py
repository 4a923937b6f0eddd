"""Settling a sale in the ledger, and placing what follows from a paid order.

The one code for both ways in: a cart bought in one request, and Saleor's own steps.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.ledger.accounts import account
from marketplace.ledger.holds import post_hold
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, Posted, SpendLots, post
from marketplace.operation import metrics
from marketplace.providers.services import provider_orders_create
from marketplace.refusals import Refusal
from marketplace.sales import extensions, terms
from marketplace.sales.models import Settlement
from marketplace.sales.sale import LevyTerms, PlacedOrder, Sale
from marketplace.shop.facts import OrderRef
from marketplace.shop.telemetry import span

PURCHASE = "purchase"


def settlement_legs(sale: Sale, levy: LevyTerms) -> list[Leg]:
    """Who receives what of a sale, in one balanced set with what wallet and card pay.

    Each provider gets its lines less its share of the levy; the Fund gets all shares; the company's
    share comes out of its levy account, which may go negative: that is what it owes the Fund. The
    levy is on the whole gross, whoever pays it: what a card pays is the provider's takings, too.
    """
    shares = {share.provider_id: share for share in levy.shares}
    legs = []
    for provider_id in sale.provider_ids:
        share = shares.get(provider_id)
        levied = share.provider_cents if share else 0
        payable = account(AccountKind.PROVIDER_PAYABLE, provider_id)
        legs.append(Leg(payable, sale.gross_of(provider_id) - levied))
    if sale.delivery.cents:
        legs.append(Leg(account(AccountKind.DELIVERY, 0), sale.delivery.cents))
    fund_cents = sum(share.total_cents for share in levy.shares)
    if fund_cents:
        legs.append(Leg(levy.fund_account_id, fund_cents))
    company_cents = sum(share.company_cents for share in levy.shares)
    if company_cents and sale.company_id is not None:
        legs.append(Leg(account(AccountKind.COMPANY_LEVY, sale.company_id), -company_cents))
    if sale.card_cents:
        legs.append(Leg(account(AccountKind.CARD_CLEARING, 0), -sale.card_cents))
    return legs


def employee_part(levy: LevyTerms) -> int:
    """What the employee gives the Fund on top of the price, where the plan lets them."""
    return sum(share.employee_cents for share in levy.shares)


def amount_due(sale: Sale, levy: LevyTerms) -> int:
    """What the buyer pays: the sale and the employee's voluntary part of the levy."""
    return sale.total_cents + employee_part(levy)


def credit_due(sale: Sale, levy: LevyTerms) -> int:
    """What the wallet pays of :func:`amount_due`: all that no card does."""
    return amount_due(sale, levy) - sale.card_cents


def settle_from_wallet(
    sale: Sale, levy: LevyTerms, *, order: OrderRef, request_hash: str, refund_grace_days: int
) -> tuple[Settlement, bool]:
    """Pay an order that has just been written straight out of the wallet's lots.

    Returns:
        The settlement, and whether it is an earlier one of the same sale.

    Raises:
        Refusal: INSUFFICIENT_CREDIT; IDEMPOTENCY_CONFLICT where the token has paid another sale;
            what a guard refuses.
    """
    extensions.guard_payment(sale)
    posted = _pay_once(
        sale.token,
        lambda key: post(
            kind=PURCHASE,
            key=key,
            legs=settlement_legs(sale, levy),
            spend=SpendLots(sale.wallet_id, credit_due(sale, levy)),
            reference=sale.token,
            on=sale.on,
        ),
    )
    if posted.replayed:
        return Settlement.objects.standing().get(token=sale.token), True
    settlement = _settlement(sale, levy, posted.transfer_id, posted.transfer_id, refund_grace_days)
    settlement.request_hash = request_hash
    settlement.order_id, settlement.order_number = order.order_id, order.number
    settlement.save(force_insert=True)
    return settlement, False


def settle_from_hold(
    sale: Sale,
    levy: LevyTerms,
    *,
    hold_id: int,
    refund_grace_days: int,
    request_hash: str = "",
    announced: bool = True,
) -> Settlement:
    """Pay a sale with the money that a hold has set aside; again: the settlement that it made.

    Args:
        announced: somebody else tells the buyer, as Saleor's own steps do.

    Raises:
        Refusal: HOLD_ALREADY_POSTED, HOLD_ALREADY_VOIDED, HOLD_ALREADY_EXPIRED;
            UNBALANCED_TRANSFER where the hold is not of exactly what credit owes of the sale;
            what a guard refuses.
    """
    extensions.guard_payment(sale)
    posted = _pay_once(
        sale.token,
        lambda key: post_hold(
            hold_id=hold_id,
            key=key,
            kind=PURCHASE,
            legs=settlement_legs(sale, levy),
            reference=sale.token,
        ),
    )
    if posted.replayed:
        return Settlement.objects.standing().get(token=sale.token)
    settlement = _settlement(sale, levy, posted.transfer_id, hold_id, refund_grace_days)
    settlement.hold_id = hold_id
    settlement.request_hash = request_hash
    settlement.announced_at = timezone.now() if announced else None
    settlement.save(force_insert=True)
    return settlement


def _pay_once(token: str, pay: Callable[[str], Posted]) -> Posted:
    """Pay under the key of the sale; where that payment was given back, under one key more.

    Asks nothing where the key is new, which is nearly always.
    """
    key = f"purchase:{token}"
    conflict = None
    try:
        with span("ledger.pay"):
            posted = pay(key)
        if not posted.replayed:
            return posted
    except Refusal as refusal:
        if refusal.code != "IDEMPOTENCY_CONFLICT":
            raise
        conflict = refusal
    given_back = Settlement.objects.given_back().filter(token=token).first()
    if given_back is not None:
        return pay(f"{key}:after:{given_back.pk}")
    if conflict is not None:
        raise conflict
    return posted


def _settlement(
    sale: Sale, levy: LevyTerms, transfer_id: int, spent_transfer_id: int, refund_grace_days: int
) -> Settlement:
    owed = sum(share.total_cents for share in levy.shares)
    metrics.order_paid(cents=sale.total_cents, levy_cents=owed)
    return Settlement(
        token=sale.token,
        user_id=sale.user_id,
        wallet_id=sale.wallet_id,
        company_id=sale.company_id,
        transfer_id=transfer_id,
        spent_transfer_id=spent_transfer_id,
        gross_cents=sale.total_cents,
        card_cents=sale.card_cents,
        delivery_cents=sale.delivery.cents,
        refund_grace_days=refund_grace_days,
        terms=terms.to_json(sale, levy),
    )


def order_place(
    settlement: Settlement, order: OrderRef, *, placed_at: datetime | None = None
) -> PlacedOrder:
    """Make all that follows from a paid order: provider orders, then every follower; once.

    Safe to call again at any time (the reconciler does): what is there already is left as it is.

    Args:
        placed_at: now, where it is not given (an order of the past that is loaded has its own).

    Raises:
        Refusal: SETTLEMENT_GIVEN_BACK where the money went back meanwhile; nothing is made then.
    """
    with transaction.atomic(savepoint=False):
        placed = _follow(settlement, order, placed_at)
        if settlement.order_id != order.order_id:
            _mark_placed(settlement, order)
    return placed


def _follow(settlement: Settlement, order: OrderRef, placed_at: datetime | None) -> PlacedOrder:
    sale, levy = terms.from_json(settlement.terms)
    provider_orders = provider_orders_create(
        order_id=order.order_id,
        order_number=order.number,
        sale=sale,
        levy=levy,
        transfer_id=settlement.transfer_id,
        order_line_ids=order.line_ids,
        placed_at=placed_at,
    )
    placed = PlacedOrder(
        order_id=order.order_id,
        sale=sale,
        provider_orders=provider_orders,
        levy=levy,
        transfer_id=settlement.transfer_id,
    )
    for follower in extensions.followers:
        follower.order_placed(placed)
    return placed


def _mark_placed(settlement: Settlement, order: OrderRef) -> None:
    """Tie the money to its order. Waits for whoever is giving that money back, and then refuses."""
    tied = (
        Settlement.objects.standing()
        .filter(pk=settlement.pk)
        .update(order_id=order.order_id, order_number=order.number)
    )
    if not tied:
        raise Refusal(
            "SETTLEMENT_GIVEN_BACK",
            _("What was paid for this order has gone back to the wallet. Buy again."),
        )
    settlement.order_id, settlement.order_number = order.order_id, order.number
