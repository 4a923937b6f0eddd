"""Card payments against Stripe's balance: what it took and gave back, charge by charge.

Asked only where there were card payments, so an installation without them never calls Stripe.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.utils.translation import gettext_lazy as _

from marketplace.cards import stripe_calls
from marketplace.cards.models import CardPayment, CardPaymentStatus, CardRefund, CardRefundStatus
from marketplace.cards.stripe_calls import Moved, Seen, SessionState
from marketplace.money import CURRENCY, euro
from marketplace.refusals import Refusal
from marketplace.sales.reconciliation.differences import Difference, Gone, Window
from plugins.welfare_wallet.split.ending import payment_apply
from plugins.welfare_wallet.split.news import payment_of_mark

logger = logging.getLogger(__name__)

# A page is open for half an hour, so a charge lies so much before the end of its payment at most.
SLACK = timedelta(hours=2)
_RECEIVED = (CardPaymentStatus.PAID, CardPaymentStatus.RETURNED)


def compare(window: Window) -> Iterator[Difference]:
    """Movements at Stripe in the window against ours, and ours against them."""
    since = window.since - SLACK
    if not CardPayment.objects.filter(created_at__gte=since, session_id__isnull=False).exists():
        return
    try:
        moves = [move for move in stripe_calls.balance_moves(since) if move.created < window.until]
    except Refusal:
        logger.warning("Stripe's balance is not compared: Stripe does not answer")
        return
    for move in moves:
        yield from _charge(move) if move.cents > 0 else _refund(move)
    yield from _not_at_stripe(window, {move.intent for move in moves if move.cents > 0})


def _charge(move: Moved) -> Iterator[Difference]:
    payment = payment_of_mark(move.mark)
    facts = {"cents": move.cents, "intent": move.intent}
    if payment is None:
        yield Difference(
            "CARD_CHARGE_UNKNOWN",
            f"charge {move.source_id}",
            _("Stripe took %(sum)s from a card for a payment that we do not know.")
            % {"sum": euro(move.cents)},
            facts,
        )
    elif payment.status not in _RECEIVED:
        yield Difference(
            "CARD_CHARGE_UNNOTICED",
            f"card payment {payment.pk}",
            _("A card has paid %(sum)s and nothing has followed from it.")
            % {"sum": euro(move.cents)},
            facts,
            partial(_notice, payment.pk, move),
        )
    elif (payment.intent, payment.received_cents) != (move.intent, move.cents):
        yield Difference(
            "CARD_CHARGE_DIFFERS",
            f"card payment {payment.pk}",
            _("Stripe took %(sum)s from a card, and the payment says otherwise.")
            % {"sum": euro(move.cents)},
            facts,
        )


def _notice(payment_id: int, move: Moved) -> None:
    """What the lost news would have done: the order, or the money back to its card."""
    seen = Seen(
        mark=move.mark,
        state=SessionState.PAID.value,
        cents=move.cents,
        currency=CURRENCY,
        intent=move.intent,
    )
    before = CardPayment.objects.select_for_update().get(pk=payment_id)
    if before.status in _RECEIVED:
        raise Gone
    payment_apply(payment_id=payment_id, seen=seen)


def _refund(move: Moved) -> Iterator[Difference]:
    ours = CardRefund.objects.filter(stripe_refund=move.source_id).first()
    if ours is not None and ours.status == CardRefundStatus.FAILED:
        return  # it came back to Stripe; that it is still owed is named of every refund that is
    if ours is None or ours.status != CardRefundStatus.SUCCEEDED or ours.cents != -move.cents:
        yield Difference(
            "CARD_REFUND_UNKNOWN",
            f"refund {move.source_id}",
            _("Stripe gave %(sum)s back to a card, and the ledger does not say so.")
            % {"sum": euro(-move.cents)},
            {"cents": -move.cents, "intent": move.intent},
        )


def _not_at_stripe(window: Window, charged: set[str]) -> Iterator[Difference]:
    ended = CardPayment.objects.filter(
        status__in=[status.value for status in _RECEIVED],
        ended_at__gte=window.since,
        ended_at__lt=window.until,
        created_at__gte=window.since - SLACK / 2,
    )
    for payment in ended:
        if payment.intent not in charged:
            yield Difference(
                "CARD_CHARGE_MISSING",
                f"card payment {payment.pk}",
                _("%(sum)s are booked as paid by a card, and Stripe does not have them.")
                % {"sum": euro(payment.received_cents)},
                {"cents": payment.received_cents, "intent": payment.intent},
            )
