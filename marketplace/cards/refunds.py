"""Back to the card: owed in the ledger, asked of Stripe, and booked when Stripe has done it.

What is owed is written in the transaction that owes it, and Stripe is called after its commit, with
a key that was stored before; what is lost in between is asked for again by the clock.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from marketplace.cards import stripe_calls
from marketplace.cards.models import CardPayment, CardPaymentStatus, CardRefund, CardRefundStatus
from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, Posted, post, reverse
from marketplace.operation.sending import send_after_commit

logger = logging.getLogger(__name__)

CARD_IN = "card_in"
CARD_REFUND = "card_refund"


def refund_owe(*, token: str, cents: int, key: str, transfer_id: int) -> CardRefund:
    """Note that a transfer has moved money to what is owed to the card that paid this purchase.

    The same key again returns the first.
    """
    payment = CardPayment.objects.get(token=token, status=CardPaymentStatus.PAID.value)
    return _owe(payment, cents, key, transfer_id)


def returned_owe(*, token: str, cents: int, key: str) -> CardRefund:
    """Owe a card what it paid for a sale that has been reversed as a whole."""
    payment = CardPayment.objects.get(token=token, status=CardPaymentStatus.PAID.value)
    return _owe(payment, cents, key, received(cents=cents, key=f"card-in:{key}").transfer_id)


def payment_owe(payment: CardPayment, *, cents: int, received_transfer_id: int) -> CardRefund:
    """Owe a card what it paid for a purchase that could not be completed."""
    return _owe(payment, cents, f"payment:{payment.pk}", received_transfer_id)


def received(*, cents: int, key: str, reference: str = "") -> Posted:
    """Book card money that has paid for nothing: Stripe has it, and it is owed to its card."""
    return post(
        kind=CARD_IN,
        key=key,
        legs=[
            Leg(account(AccountKind.CARD_CLEARING, 0), -cents),
            Leg(account(AccountKind.CARD_REFUNDS, 0), cents),
        ],
        reference=reference,
    )


def _owe(payment: CardPayment, cents: int, key: str, transfer_id: int) -> CardRefund:
    refund, new = CardRefund.objects.get_or_create(
        key=key, defaults={"payment": payment, "cents": cents, "owed_transfer_id": transfer_id}
    )
    if new:
        _send_later(refund.pk)
    return refund


def _send_later(refund_id: int) -> None:
    from marketplace.cards.tasks import card_refund_send

    # `card_refunds_catch_up` asks for what was not sent.
    send_after_commit(card_refund_send, refund_id)


def refund_send(*, refund_id: int) -> CardRefund:
    """Ask Stripe to give the money back, and book it where Stripe has; again does no harm.

    No transaction is open while Stripe thinks.

    Raises:
        Refusal: PAYMENT_SERVICE_UNAVAILABLE.
    """
    refund = CardRefund.objects.select_related("payment").get(pk=refund_id)
    if refund.status == CardRefundStatus.SUCCEEDED:
        return refund
    seen = None
    if refund.asked_at is not None:
        seen = stripe_calls.refund_find(refund)
    if seen is None:
        CardRefund.objects.filter(pk=refund_id, asked_at=None).update(asked_at=timezone.now())
        seen = stripe_calls.refund_create(refund)
    return refund_apply(refund_id=refund_id, seen=seen)


def refund_apply(*, refund_id: int, seen: stripe_calls.RefundSeen) -> CardRefund:
    """Bring a refund to where Stripe says it is; what was given back is booked once.

    It stays so, but for one thing: a card's bank may send it back to Stripe weeks later (a closed
    account). Then it is owed again. A failure is Stripe's last word on a refund: a success that is
    told after it is from before.
    """
    with transaction.atomic():
        refund = CardRefund.objects.select_for_update().get(pk=refund_id)
        the_same = refund.stripe_refund == seen.refund_id
        if refund.status == CardRefundStatus.SUCCEEDED:
            if the_same and seen.failed:
                _sent_back(refund, seen)
            return refund
        if refund.status == CardRefundStatus.FAILED and the_same:
            return refund
        if seen.cents != refund.cents:
            logger.error("refund %s: Stripe gives back another amount", refund_id)
            refund.failure = f"Stripe gives back {seen.cents} cents"
            refund.status = CardRefundStatus.FAILED
            refund.save()
            return refund
        refund.stripe_refund = seen.refund_id
        if seen.settled:
            refund.returned_transfer_id = _returned(refund).transfer_id
            refund.status, refund.failure = CardRefundStatus.SUCCEEDED, ""
        elif seen.failed:
            refund.status, refund.failure = CardRefundStatus.FAILED, seen.failure or "failed"
        refund.save()
        return refund


def _returned(refund: CardRefund) -> Posted:
    return post(
        kind=CARD_REFUND,
        key=f"card-refund:{refund.pk}",
        legs=[
            Leg(account(AccountKind.CARD_REFUNDS, 0), -refund.cents),
            Leg(account(AccountKind.CARD_CLEARING, 0), refund.cents),
        ],
        reference=f"card payment {refund.payment_id}",
    )


def _sent_back(refund: CardRefund, seen: stripe_calls.RefundSeen) -> None:
    """Stripe has the money again, and the card is owed it; a person finds another way to pay it."""
    reverse(
        transfer_id=refund.returned_transfer_id or 0,
        key=f"card-refund-failed:{refund.pk}",
        reference=f"card payment {refund.payment_id}",
    )
    logger.error("refund %s: the card's bank has sent it back", refund.pk)
    refund.returned_transfer_id = None
    refund.status, refund.failure = CardRefundStatus.FAILED, seen.failure or "failed"
    refund.save(update_fields=["returned_transfer_id", "status", "failure"])


def refunds_waiting() -> list[int]:
    """Refunds that Stripe has not done yet and that are not of this moment."""
    before = timezone.now() - timedelta(minutes=1)
    rows = CardRefund.objects.filter(status=CardRefundStatus.OWED.value, created_at__lt=before)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:200])
