"""The second phase: Stripe says what became of the card, and the purchase follows, once.

Webhook, return page, clock and reconciler all come through :func:`payment_apply`, in any order and
as often as they like. Paid: the hold is posted, the card's money booked, the order placed, by the
same code and in the same kind of transaction as a purchase in one request. Where that cannot be
(the charter was suspended, the time was over), what the card paid goes back to it. Not paid: credit
and stock are as they were.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from marketplace.cards import refunds, stripe_calls
from marketplace.cards.models import CardPayment, CardPaymentStatus
from marketplace.cards.stripe_calls import Seen, SessionState
from marketplace.money import CURRENCY
from marketplace.operation.sending import send_after_commit
from marketplace.refusals import Refusal
from marketplace.sales import extensions, services, terms
from marketplace.sales.sale import CARD_GATEWAY, GATEWAY
from marketplace.sales.tasks import order_announce
from marketplace.shop import payments, reservations
from plugins.welfare_wallet.holds import hold_ended, hold_release
from plugins.welfare_wallet.models import WalletHold

logger = logging.getLogger(__name__)


def payment_refresh(*, payment_id: int) -> CardPayment:
    """Ask Stripe how an open payment stands, and do what follows.

    Raises:
        Refusal: PAYMENT_SERVICE_UNAVAILABLE.
    """
    payment = CardPayment.objects.get(pk=payment_id)
    if payment.status != CardPaymentStatus.OPEN or payment.session_id is None:
        return payment
    return payment_apply(payment_id=payment_id, seen=stripe_calls.session_get(payment.session_id))


def payment_give_up(*, payment_id: int) -> CardPayment:
    """Close an open payment: its page first, so that nobody pays any more, then what it set aside.

    One that was paid meanwhile is completed.

    Raises:
        Refusal: PAYMENT_SERVICE_UNAVAILABLE; nothing has changed then.
    """
    payment = CardPayment.objects.get(pk=payment_id)
    if payment.status != CardPaymentStatus.OPEN:
        return payment
    if payment.session_id is not None:
        seen = stripe_calls.session_expire(payment.session_id)
        if seen.state != SessionState.EXPIRED:
            return payment_apply(payment_id=payment_id, seen=seen)
    return payment_release(payment_id=payment_id, status=CardPaymentStatus.GIVEN_UP)


def payment_release(
    *, payment_id: int, status: CardPaymentStatus, because: Refusal | None = None
) -> CardPayment:
    """End an open payment that no card has paid: credit back in its lots, stock free."""
    with transaction.atomic():
        payment = CardPayment.objects.select_for_update().get(pk=payment_id)
        if payment.status == CardPaymentStatus.OPEN:
            _release(payment)
            _end(payment, status, because)
        return payment


def payment_apply(*, payment_id: int, seen: Seen) -> CardPayment:
    """Bring a payment to where Stripe says it is; what has ended stays as it ended.

    But for one thing: money that comes after the end goes back to its card.
    """
    with transaction.atomic():
        payment = CardPayment.objects.select_for_update().get(pk=payment_id)
        if seen.state == SessionState.PAID:
            _paid(payment, seen)
        elif payment.status != CardPaymentStatus.OPEN:
            return payment
        elif seen.state == SessionState.EXPIRED:
            _release(payment)
            _end(payment, CardPaymentStatus.EXPIRED)
        elif seen.declined and seen.declined != payment.declined:
            payment.declined = seen.declined
            payment.save(update_fields=["declined"])
        return payment


def _paid(payment: CardPayment, seen: Seen) -> None:
    if payment.status in (CardPaymentStatus.PAID, CardPaymentStatus.RETURNED):
        return
    payment.intent, payment.received_cents = seen.intent, seen.cents
    try:
        _check_paid(payment, seen)
        with transaction.atomic():
            _complete(payment)
    except Refusal as refusal:
        logger.warning("card payment %s goes back: %s", payment.pk, refusal.code)
        _give_back(payment, refusal)


def _check_paid(payment: CardPayment, seen: Seen) -> None:
    if payment.status != CardPaymentStatus.OPEN:
        raise Refusal(
            "CARD_PAID_TOO_LATE",
            _("The card was charged when this purchase was over already."),
        )
    if (seen.cents, seen.currency) != (payment.card_cents, CURRENCY):
        raise Refusal(
            "CARD_AMOUNT_DIFFERS", _("The card was charged another amount than was asked for.")
        )


def _complete(payment: CardPayment) -> None:
    """Hold posted, card booked, order placed: all of it in the caller's transaction."""
    sale, levy = terms.from_json(payment.terms)
    # A charter suspended since then stops the sale even now.
    extensions.check(replace(sale, on=timezone.localdate()))
    hold = WalletHold.objects.select_for_update().get(token=payment.hold_token)
    order = reservations.order_confirm(
        payment.order_id, checkout_token=payment.token, total_cents=sale.total_cents
    )
    settlement = services.settle_from_hold(
        sale,
        levy,
        hold_id=hold.ledger_hold_id,
        refund_grace_days=payment.refund_grace_days,
        request_hash=payment.request_hash,
        announced=False,
    )
    hold_ended(hold)
    payments.payment_record(
        order,
        gateway=CARD_GATEWAY,
        amount_cents=payment.card_cents,
        reference=payment.intent or "",
        customer_ip=None,
        in_full=False,
    )
    payments.payment_record(
        order,
        gateway=GATEWAY,
        amount_cents=sale.total_cents - payment.card_cents,
        reference=payment.token,
        customer_ip=None,
    )
    services.order_place(settlement, order)
    _end(payment, CardPaymentStatus.PAID)
    # The reconciler announces what nobody was told of.
    send_after_commit(order_announce, order.order_id)


def _give_back(payment: CardPayment, refusal: Refusal) -> None:
    """Book what the card has paid for nothing, and owe it to the card."""
    if payment.status == CardPaymentStatus.OPEN:
        _release(payment)
    posted = refunds.received(
        cents=payment.received_cents,
        key=f"card-in:payment:{payment.pk}",
        reference=payment.token,
    )
    payment.received_transfer_id = posted.transfer_id
    _end(payment, CardPaymentStatus.RETURNED, refusal)
    refunds.payment_owe(
        payment, cents=payment.received_cents, received_transfer_id=posted.transfer_id
    )
    _tell_later(payment.pk)


def _tell_later(payment_id: int) -> None:
    from plugins.welfare_wallet.split.tasks import card_returned_tell

    # `card_payments_close` writes the letters that were lost.
    send_after_commit(card_returned_tell, payment_id)


def _release(payment: CardPayment) -> None:
    hold_release(WalletHold.objects.select_for_update().get(token=payment.hold_token))
    reservations.order_release(payment.order_id)


def _end(payment: CardPayment, status: CardPaymentStatus, because: Refusal | None = None) -> None:
    payment.status = status.value
    payment.ended_at = timezone.now()
    if because is not None:
        payment.refused_code = because.code
        # Whoever brings the news (Stripe, the clock) speaks no language; the buyer does.
        with translation.override(payment.language):
            payment.refused_because = str(because.message)[:400]
    payment.save()
