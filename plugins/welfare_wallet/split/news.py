"""What Stripe's signed events say of card payments; anything else is not ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplace.cards import refunds, stripe_calls
from marketplace.cards.models import CardPayment, CardRefund
from marketplace.payments.door import Event
from marketplace.payments.models import StripeEvent
from plugins.welfare_wallet.split.ending import payment_apply


def receive(event: Event, _stored: StripeEvent) -> bool:
    """Do what an event says; False where it is about no card payment of ours."""
    if event.about == "checkout.session":
        return _apply(stripe_calls.seen_of_session(event.subject))
    if event.about == "payment_intent":
        return _apply(stripe_calls.seen_of_intent(event.subject))
    if event.about == "refund":
        return _refunded(event.subject)
    if event.about in ("charge", "dispute"):
        return _of_charge(event)
    return False


def _apply(seen: stripe_calls.Seen) -> bool:
    payment = payment_of_mark(seen.mark)
    if payment is None:
        return False
    payment_apply(payment_id=payment.pk, seen=seen)
    return True


def payment_of_mark(mark: str) -> CardPayment | None:
    """Our payment that bears the mark; text, because it comes from outside."""
    return _of_mark(CardPayment, mark)


def _of_mark(model: Any, mark: str) -> Any:
    key = mark.partition("-")[0]
    if not key.isdecimal() or len(key) > 18:
        return None
    row = model.objects.filter(pk=int(key)).first()
    return row if row is not None and row.mark == mark else None


def _refunded(refund: Mapping[str, Any]) -> bool:
    mark = str((refund.get("metadata") or {}).get(stripe_calls.REFUND_MARK) or "")
    ours = _of_mark(CardRefund, mark)
    if ours is None:
        return False
    refunds.refund_apply(refund_id=ours.pk, seen=stripe_calls.refund_of(refund))
    return True


def _of_charge(event: Event) -> bool:
    """A charge of ours was refunded or is disputed: the refund has news of its own, and a dispute
    is for a person."""
    intent = str(event.subject.get("payment_intent") or "")
    payments = CardPayment.objects.filter(intent=intent) if intent else CardPayment.objects.none()
    if not payments.exists():
        return False
    if event.type == "charge.dispute.created":
        payments.filter(disputed_at=None).update(disputed_at=event.created)
    return True
