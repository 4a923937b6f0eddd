"""Card payments without a Stripe: what it would have said is said to the code that hears it."""

from __future__ import annotations

from typing import Any

from marketplace.cards.models import CardPayment
from marketplace.cards.stripe_calls import Seen, SessionState
from marketplace.shop.facts import CartLine, PostalAddress
from plugins.welfare_wallet.purchases import PurchaseRequest
from plugins.welfare_wallet.split.beginning import purchase_reserve
from plugins.welfare_wallet.split.ending import payment_apply
from tests.shopping import ADDRESS


def request(variant: Any, *, key: str, quantity: int = 1, **more: Any) -> PurchaseRequest:
    """A cart of one article, picked up."""
    address = PostalAddress(
        first_name=ADDRESS["firstName"],
        last_name=ADDRESS["lastName"],
        street=ADDRESS["street"],
        city=ADDRESS["city"],
        postal_code=ADDRESS["postalCode"],
    )
    lines = (CartLine(variant.pk, quantity),)
    return PurchaseRequest(key, lines, "pick_up", address, **more)


def seen(payment: CardPayment, state: SessionState = SessionState.PAID, **facts: Any) -> Seen:
    """What Stripe shows of a payment."""
    return Seen(
        **{
            "mark": payment.mark,
            "state": state.value,
            "cents": payment.card_cents,
            "currency": "EUR",
            "session_id": payment.session_id or "",
            "intent": f"pi_{payment.mark}" if state == SessionState.PAID else "",
            **facts,
        }
    )


def reserved(user: Any, variant: Any, *, key: str, quantity: int = 1) -> CardPayment:
    """Credit and stock set aside, under a page that nobody has opened."""
    payment, _new = purchase_reserve(
        user=user, request=request(variant, key=key, quantity=quantity)
    )
    return payment


def paid(user: Any, variant: Any, *, key: str, quantity: int = 1) -> CardPayment:
    """Bought and paid by both."""
    payment = reserved(user, variant, key=key, quantity=quantity)
    payment = payment_apply(payment_id=payment.pk, seen=seen(payment))
    assert payment.status == "paid", payment.refused_because
    return payment
