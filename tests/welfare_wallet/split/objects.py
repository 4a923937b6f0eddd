"""Stripe's objects as its events show them."""

from __future__ import annotations

from typing import Any

from marketplace.cards.models import CardPayment


def session(payment: CardPayment, **facts: Any) -> dict[str, Any]:
    """A Checkout Session as Stripe shows it, paid."""
    return {
        "id": "cs_1",
        "object": "checkout.session",
        "status": "complete",
        "payment_status": "paid",
        "amount_total": payment.card_cents,
        "currency": "eur",
        "payment_intent": "pi_1",
        "metadata": {"card_payment": payment.mark},
        **facts,
    }


def intent(payment: CardPayment, status: str = "succeeded", **facts: Any) -> dict[str, Any]:
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "status": status,
        "amount": payment.card_cents,
        "amount_received": payment.card_cents if status == "succeeded" else 0,
        "currency": "eur",
        "metadata": {"card_payment": payment.mark},
        **facts,
    }
