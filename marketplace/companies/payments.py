"""Top-ups at Stripe: their PaymentIntents, and what Stripe says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import stripe

from marketplace.companies.models import TopUp, TopUpMethod, TopUpStatus
from marketplace.money import CURRENCY
from marketplace.payments.door import calling

METHOD_TYPES: dict[str, str] = {TopUpMethod.CARD: "card", TopUpMethod.SEPA: "sepa_debit"}


@dataclass(frozen=True, slots=True)
class Payment:
    """A PaymentIntent, as far as we care. ``top_up_id`` and ``company_id`` are what we told Stripe
    when we made it; text, because it comes from outside."""

    intent: str
    status: str
    amount_cents: int
    currency: str
    top_up_id: str
    company_id: str
    failure: str = ""
    client_secret: str = ""


def payment_create(top_up: TopUp) -> Payment:
    """The PaymentIntent of a stored top-up: made once, however often this is called.

    Raises:
        Refusal: PAYMENT_SERVICE_UNAVAILABLE.
    """
    with calling() as account:
        return payment_of(
            stripe.PaymentIntent.create(
                amount=top_up.amount_cents,
                currency=CURRENCY.lower(),
                payment_method_types=[METHOD_TYPES[top_up.method]],
                metadata={"top_up": str(top_up.pk), "company": str(top_up.company_id)},
                idempotency_key=_idempotency_key(top_up),
                **account,
            )
        )


def payment_get(intent: str) -> Payment:
    """A PaymentIntent as it stands now.

    Raises:
        Refusal: PAYMENT_SERVICE_UNAVAILABLE.
    """
    with calling() as account:
        return payment_of(stripe.PaymentIntent.retrieve(intent, **account))


def payment_of(intent: Any) -> Payment:
    """What we read of Stripe's object."""
    metadata = intent.get("metadata") or {}
    error = intent.get("last_payment_error") or {}
    received = intent.get("amount_received")
    paid = intent["status"] == "succeeded" and received is not None
    return Payment(
        intent=str(intent["id"]),
        status=status_of(intent),
        amount_cents=int(received if paid else intent["amount"]),
        currency=str(intent["currency"]).upper(),
        top_up_id=str(metadata.get("top_up", "")),
        company_id=str(metadata.get("company", "")),
        failure=str(error.get("message") or error.get("code") or "")[:300],
        client_secret=str(intent.get("client_secret") or ""),
    )


def status_of(intent: Any) -> str:
    """A :class:`TopUpStatus` for Stripe's: https://docs.stripe.com/payments/paymentintents/lifecycle"""
    known: dict[str, str] = {
        "succeeded": TopUpStatus.SUCCEEDED,
        "processing": TopUpStatus.PROCESSING,
        "canceled": TopUpStatus.CANCELLED,
    }
    failed = intent["status"] == "requires_payment_method" and intent.get("last_payment_error")
    return known.get(intent["status"], TopUpStatus.FAILED if failed else TopUpStatus.PENDING)


def reversed_intent(event_type: str, subject: Any) -> str:
    """The PaymentIntent that an event says was refunded or disputed, or nothing."""
    if event_type in {"charge.refunded", "charge.dispute.created"}:
        return str(subject.get("payment_intent") or "")
    return ""


def _idempotency_key(top_up: TopUp) -> str:
    # The time keeps two installations that share a Stripe account, or a database made anew, apart.
    return f"top-up-{top_up.pk}-{top_up.created_at.timestamp():.6f}"
