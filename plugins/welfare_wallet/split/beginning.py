"""The first phase: every rule of a purchase, credit and stock set aside, then Stripe's page.

What the buyer is offered stands for as long as it is reserved: a price that changes meanwhile is
not theirs to pay. The row is committed before Stripe is called, so that a crash in between leaves a
payment that the clock closes, never a card charged for something that we know nothing of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.cards import splitting, stripe_calls
from marketplace.cards.models import CardPayment, CardPaymentStatus
from marketplace.ledger import holds as ledger
from marketplace.ledger.selectors import wallet_balance
from marketplace.money import euro
from marketplace.refusals import Refusal
from marketplace.sales import extensions, terms
from marketplace.sales.carts import Payer, sale_of
from marketplace.sales.models import Settlement
from marketplace.sales.sale import LevyTerms, Sale
from marketplace.sales.services import amount_due
from marketplace.shop import reservations
from marketplace.shop.facts import PricedCart
from plugins.welfare_wallet.budgets import meters_of_sale
from plugins.welfare_wallet.models import WalletHold, new_token
from plugins.welfare_wallet.purchases import (
    PurchaseRequest,
    cart_of,
    check_expected,
    check_request,
    purchase_earlier,
)
from plugins.welfare_wallet.split.ending import payment_give_up, payment_release
from plugins.welfare_wallet.wallets import payer_of

# Another open payment of the same person is given up first; so often, then somebody is playing.
MOST_RIVALS = 3


@dataclass(frozen=True, slots=True)
class Begun:
    """A card payment that waits for its card; or the purchase, where this key has bought it."""

    payment: CardPayment | None
    settlement: Settlement | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a cart would be paid with."""

    payer: Payer
    cart: PricedCart
    levy: LevyTerms
    split: splitting.Split


def offer_of(*, user: Any, request: PurchaseRequest, freed_cents: int = 0) -> Offer:
    """How this cart would be shared between credit and card; nothing is set aside.

    Args:
        freed_cents: credit that an open payment of the wallet holds, and would give back first.

    Raises:
        Refusal: what :func:`purchase_create` refuses but INSUFFICIENT_CREDIT and OUT_OF_STOCK, and
            what :func:`splitting.split` refuses.
    """
    payer = payer_of(user_id=user.pk, wallet_id=request.wallet_id)
    cart = cart_of(request, user.pk)
    sale = sale_of(cart, payer)
    levy = extensions.levy_of(sale)
    due_cents = amount_due(sale, levy)
    check_expected(request, due_cents)
    split = splitting.split(
        sale,
        due_cents=due_cents,
        credit_cents=wallet_balance(payer.wallet_id, sale.on).total_cents + freed_cents,
        budgets={meter.code: meter.left_cents for meter in meters_of_sale(sale)},
        rules=splitting.rules_on(sale.on),
    )
    extensions.check(split.sale)
    return Offer(payer, cart, levy, split)


def offer_show(*, user: Any, request: PurchaseRequest) -> Offer:
    """:func:`offer_of` for whoever only asks: a payment of theirs that is open would make way.

    Raises:
        Refusal: as there, and what :func:`check_request` refuses.
    """
    check_request(request)
    payer = payer_of(user_id=user.pk, wallet_id=request.wallet_id)
    freed = CardPayment.objects.filter(
        user=user, wallet_id=payer.wallet_id, status=CardPaymentStatus.OPEN.value
    ).values_list("credit_cents", flat=True)
    return offer_of(user=user, request=request, freed_cents=sum(freed))


def card_purchase_create(
    *, user: Any, request: PurchaseRequest, card_cents: int | None = None
) -> Begun:
    """Set aside credit and stock of a cart and open Stripe's page for the rest.

    The same key again: the same payment while it is open, the purchase once it is paid, and a new
    attempt where the first was given up or expired. One person has one payment open; a second one
    takes the place of the first.

    Args:
        card_cents: what the buyer was told that the card pays; another amount is refused.

    Raises:
        Refusal: what :func:`offer_of` refuses, OUT_OF_STOCK, INSUFFICIENT_CREDIT,
            IDEMPOTENCY_CONFLICT, CARD_AMOUNT_CHANGED, CARD_JUST_PAID, PAYMENT_SERVICE_UNAVAILABLE.
            Credit and stock are as before then.
    """
    check_request(request)
    for _rival in range(MOST_RIVALS):
        bought = purchase_earlier(user.pk, request)
        if bought is not None:
            return Begun(None, bought.settlement, replayed=True)
        payment, new = purchase_reserve(user=user, request=request, card_cents=card_cents)
        if payment.token == request.token(user.pk):
            return Begun(_with_page(payment), replayed=not new)
        _make_way(payment)
    raise Refusal(
        "CARD_PAYMENT_BUSY", _("Another card payment of yours is being opened. Try in a minute.")
    )


def purchase_reserve(
    *, user: Any, request: PurchaseRequest, card_cents: int | None = None
) -> tuple[CardPayment, bool]:
    """Set credit and stock aside, under no page yet.

    Returns:
        The payment, and whether it is new; or the person's other one, that is in its way.

    Raises:
        Refusal: as :func:`card_purchase_create`, but for Stripe.
    """
    with transaction.atomic():
        _one_at_a_time(user.pk)
        there = CardPayment.objects.filter(user=user, status=CardPaymentStatus.OPEN.value).first()
        if there is not None:
            if there.token == request.token(user.pk):
                _check_same(there, request)
            return there, False
        offer = offer_of(user=user, request=request)
        if card_cents not in (None, offer.split.card_cents):
            raise Refusal(
                "CARD_AMOUNT_CHANGED",
                _("The card would pay %(sum)s now, for price or credit have changed. Look again.")
                % {"sum": euro(offer.split.card_cents)},
                field="card",
            )
        order_id = reservations.order_reserve(
            offer.cart, user=user, address=request.address, note=request.note
        )
        return _set_aside(offer, request, order_id), True


def _check_same(payment: CardPayment, request: PurchaseRequest) -> None:
    if payment.request_hash != request.digest():
        raise Refusal(
            "IDEMPOTENCY_CONFLICT",
            _("This key already pays for another cart. Use a new key."),
            field="idempotencyKey",
        )


def _set_aside(offer: Offer, request: PurchaseRequest, order_id: str) -> CardPayment:
    """Hold the credit and write the payment; last, for the hold locks the wallet's lots."""
    sale, payer = offer.split.sale, offer.payer
    expires_at = timezone.now() + timedelta(minutes=settings.CARD_PAGE_MINUTES)
    hold = _hold(sale, offer.split.credit_cents, expires_at)
    return CardPayment.objects.create(
        user_id=payer.user_id,
        wallet_id=payer.wallet_id,
        token=sale.token,
        request_hash=request.digest(),
        credit_cents=offer.split.credit_cents,
        card_cents=offer.split.card_cents,
        terms=terms.to_json(sale, offer.levy),
        refund_grace_days=payer.refund_grace_days,
        language=(get_language() or settings.LANGUAGE_CODE)[:2],
        hold_token=hold.token,
        order_id=order_id,
        expires_at=expires_at,
    )


def _hold(sale: Sale, cents: int, expires_at: Any) -> WalletHold:
    token = new_token()
    until = expires_at + timedelta(minutes=settings.CARD_HOLD_GRACE_MINUTES)
    held = ledger.hold(
        key=token,
        wallet_id=sale.wallet_id,
        cents=cents,
        expires_at=until,
        reference=sale.token,
        on=sale.on,
    )
    return WalletHold.objects.create(
        token=token,
        wallet_id=sale.wallet_id,
        user_id=sale.user_id,
        checkout_token=sale.token,
        cents=cents,
        ledger_hold_id=held.hold_id,
        expires_at=until,
    )


def _with_page(payment: CardPayment) -> CardPayment:
    """The payment with Stripe's page; where Stripe does not open one, all is given back."""
    if payment.session_id is not None:
        return payment
    try:
        seen = stripe_calls.session_create(payment)
    except Refusal as refusal:
        payment_release(payment_id=payment.pk, status=CardPaymentStatus.GIVEN_UP, because=refusal)
        raise
    CardPayment.objects.filter(pk=payment.pk, session_id=None).update(
        session_id=seen.session_id, session_url=seen.url
    )
    payment.refresh_from_db()
    return payment


def _make_way(rival: CardPayment) -> None:
    ended = payment_give_up(payment_id=rival.pk)
    if ended.status == CardPaymentStatus.PAID:
        raise Refusal(
            "CARD_JUST_PAID",
            _("Your card has just paid another order. Look at your orders before you pay again."),
        )


def _one_at_a_time(user_id: int) -> None:
    """Two clicks of one person wait for each other until the first has committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"card-payment:{user_id}"]
        )
