"""What the clock does with card payments: news that was lost, pages whose time is over."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from marketplace.cards.models import CardPayment, CardPaymentStatus
from marketplace.refusals import Refusal
from plugins.welfare_wallet.split import letters
from plugins.welfare_wallet.split.ending import payment_give_up, payment_refresh, payment_release

logger = logging.getLogger(__name__)

# Younger ones are being paid just now, and their news is on its way.
ASKED_AFTER = timedelta(minutes=2)
MOST_AT_ONCE = 200


@shared_task(name="welfarepiu.card_payments_close")
def card_payments_close() -> int:
    """Ask Stripe about open payments, close those whose time is over, write letters that were lost;
    how many were open."""
    now = timezone.now()
    waiting = CardPayment.objects.filter(
        Q(created_at__lt=now - ASKED_AFTER) | Q(expires_at__lt=now),
        status=CardPaymentStatus.OPEN.value,
    ).order_by("pk")[:MOST_AT_ONCE]
    for payment in waiting:
        try:
            _close(payment)
        except Exception:
            # One that breaks must not keep the others from being closed.
            logger.exception("card payment %s cannot be closed", payment.pk)
    for payment_id in letters.returned_untold():
        letters.returned_tell(payment_id=payment_id)
    return len(waiting)


@shared_task(name="welfarepiu.card_returned_tell")
def card_returned_tell(payment_id: int) -> None:
    """Write to whoever's card gets its money back."""
    letters.returned_tell(payment_id=payment_id)


def _close(payment: CardPayment) -> None:
    over = payment.expires_at < timezone.now()
    try:
        asked = payment_refresh(payment_id=payment.pk)
        if over and asked.status == CardPaymentStatus.OPEN:
            payment_give_up(payment_id=payment.pk)
    except Refusal as refusal:
        logger.warning("card payment %s is not closed: %s", payment.pk, refusal)
        grace = timedelta(minutes=settings.CARD_HOLD_GRACE_MINUTES)
        if payment.expires_at + grace < timezone.now():
            # Its credit is back by now: the stock goes, too. Paid all the same, it is given back.
            payment_release(payment_id=payment.pk, status=CardPaymentStatus.EXPIRED)


BEAT = {
    "card-payments-close": {"task": "welfarepiu.card_payments_close", "schedule": 60.0},
}
