"""The door to Stripe: the SDK is called here and nowhere else.

``STRIPE_API_BASE`` points the SDK at a stand-in where one answers for Stripe.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from marketplace.companies.models import TopUp, TopUpMethod, TopUpStatus
from marketplace.money import CURRENCY
from marketplace.refusals import Refusal

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
RETRIES = 2
METHOD_TYPES: dict[str, str] = {TopUpMethod.CARD: "card", TopUpMethod.SEPA: "sepa_debit"}
# What Stripe takes in one payment in euro: https://docs.stripe.com/currencies#minimum-and-maximum
LEAST_CENTS = 50
MOST_CENTS = 99_999_999


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


@dataclass(frozen=True, slots=True)
class Event:
    """A signed event; ``payment`` is there where the event is about a PaymentIntent, and
    ``reversed_intent`` where it says that one was refunded or disputed."""

    event_id: str
    type: str
    created: datetime
    payment: Payment | None = None
    reversed_intent: str = ""


def payment_create(top_up: TopUp) -> Payment:
    """The PaymentIntent of a stored top-up: made once, however often this is called.

    Raises:
        Refusal: PAYMENT_SERVICE_UNAVAILABLE.
    """
    with _calling():
        return payment_of(
            stripe.PaymentIntent.create(
                amount=top_up.amount_cents,
                currency=CURRENCY.lower(),
                payment_method_types=[METHOD_TYPES[top_up.method]],
                metadata={"top_up": str(top_up.pk), "company": str(top_up.company_id)},
                idempotency_key=_idempotency_key(top_up),
                api_key=settings.STRIPE_API_KEY,
            )
        )


def payment_get(intent: str) -> Payment:
    """A PaymentIntent as it stands now.

    Raises:
        Refusal: PAYMENT_SERVICE_UNAVAILABLE.
    """
    with _calling():
        return payment_of(stripe.PaymentIntent.retrieve(intent, api_key=settings.STRIPE_API_KEY))


def event_of(payload: bytes, signature: str) -> Event:
    """The event that Stripe signed.

    Raises:
        ValueError: not signed with our secret, signed too long ago, or not an event.
    """
    secret = settings.STRIPE_WEBHOOK_SECRET
    if not secret:
        # An empty secret would verify whatever anybody signs with an empty secret.
        raise ValueError("STRIPE_WEBHOOK_SECRET is not set")
    try:
        event = stripe.Webhook.construct_event(payload, signature, secret)
        subject = event["data"]["object"]
        return Event(
            event_id=str(event["id"]),
            type=str(event["type"]),
            created=datetime.fromtimestamp(int(event["created"]), UTC),
            payment=payment_of(subject) if subject.get("object") == "payment_intent" else None,
            reversed_intent=_reversed_intent(str(event["type"]), subject),
        )
    except (stripe.error.SignatureVerificationError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a signed event") from error


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


def _reversed_intent(event_type: str, subject: Any) -> str:
    if event_type in {"charge.refunded", "charge.dispute.created"}:
        return str(subject.get("payment_intent") or "")
    return ""


def _idempotency_key(top_up: TopUp) -> str:
    # The time keeps two installations that share a Stripe account, or a database made anew, apart.
    return f"top-up-{top_up.pk}-{top_up.created_at.timestamp():.6f}"


@contextmanager
def _calling() -> Iterator[None]:
    stripe.api_base = settings.STRIPE_API_BASE or "https://api.stripe.com"
    stripe.max_network_retries = RETRIES
    if stripe.default_http_client is None:
        stripe.default_http_client = stripe.http_client.RequestsClient(timeout=TIMEOUT_SECONDS)
    try:
        yield
    except stripe.error.StripeError as error:
        logger.exception("Stripe refused or did not answer")
        raise Refusal(
            "PAYMENT_SERVICE_UNAVAILABLE",
            _(
                "The payment service did not take the request. Try again in a minute with the same "
                "key: nothing is paid twice."
            ),
        ) from error
