"""Calling Stripe: the SDK's settings, one refusal for every failure, the check of a signature.

``STRIPE_API_BASE`` points the SDK at a stand-in where one answers for Stripe.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from marketplace.refusals import Refusal

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
RETRIES = 2
# What Stripe takes in one payment in euro: https://docs.stripe.com/currencies#minimum-and-maximum
LEAST_CENTS = 50
MOST_CENTS = 99_999_999


@dataclass(frozen=True, slots=True)
class Event:
    """A signed event about ``subject``, an object as Stripe shows it."""

    event_id: str
    type: str
    created: datetime
    subject: Mapping[str, Any]

    @property
    def about(self) -> str:
        """The kind of its subject: ``payment_intent``, ``charge``, ``checkout.session``, ..."""
        return str(self.subject.get("object") or "")

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What we told Stripe when we made the subject."""
        return self.subject.get("metadata") or {}


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
        subject.get("object")
        return Event(
            event_id=str(event["id"]),
            type=str(event["type"]),
            created=datetime.fromtimestamp(int(event["created"]), UTC),
            subject=subject,
        )
    except (stripe.error.SignatureVerificationError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a signed event") from error


@contextmanager
def calling() -> Iterator[dict[str, Any]]:
    """Call Stripe inside; what it yields goes into every call of the SDK.

    Raises:
        Refusal: PAYMENT_SERVICE_UNAVAILABLE for whatever Stripe refuses or does not answer.
    """
    stripe.api_base = settings.STRIPE_API_BASE or "https://api.stripe.com"
    stripe.max_network_retries = RETRIES
    if stripe.default_http_client is None:
        stripe.default_http_client = stripe.http_client.RequestsClient(timeout=TIMEOUT_SECONDS)
    try:
        yield {"api_key": settings.STRIPE_API_KEY}
    except stripe.error.StripeError as error:
        logger.exception("Stripe refused or did not answer")
        raise Refusal(
            "PAYMENT_SERVICE_UNAVAILABLE",
            _(
                "The payment service did not take the request. Try again in a minute with the same "
                "key: nothing is paid twice."
            ),
        ) from error
