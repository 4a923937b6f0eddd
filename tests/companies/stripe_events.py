"""Events as Stripe sends them, signed by the real library's own function."""

from __future__ import annotations

import json
import time
from itertools import count
from typing import Any

import stripe
from django.conf import settings
from django.test import Client

from marketplace.companies.models import TopUp

_number = count(1)
NOW = int(time.time())


def intent(top_up: TopUp, status: str = "succeeded", **facts: Any) -> dict[str, Any]:
    """A PaymentIntent as Stripe shows it, for a top-up that has one."""
    return {
        "id": top_up.payment_intent,
        "object": "payment_intent",
        "status": status,
        "amount": top_up.amount_cents,
        "currency": "eur",
        "metadata": {"top_up": str(top_up.pk), "company": str(top_up.company_id)},
        "last_payment_error": None,
        **facts,
    }


def failed(top_up: TopUp, **facts: Any) -> dict[str, Any]:
    error = {"code": "card_declined", "message": "Your card was declined."}
    return intent(top_up, "requires_payment_method", last_payment_error=error, **facts)


def event(
    subject: dict[str, Any], kind: str = "", *, at: int = NOW, **facts: Any
) -> dict[str, Any]:
    """An event about ``subject``, created ``at`` (seconds)."""
    return {
        "id": f"evt_{next(_number)}",
        "object": "event",
        "type": kind or f"payment_intent.{subject['status']}",
        "created": at,
        "data": {"object": subject},
        **facts,
    }


def signed(payload: str, secret: str | None = None, *, at: int | None = None) -> str:
    """The header that signs a payload."""
    when = at or int(time.time())
    key = settings.STRIPE_WEBHOOK_SECRET if secret is None else secret
    signature = stripe.WebhookSignature._compute_signature(f"{when}.{payload}", key)
    return f"t={when},v1={signature}"


def deliver(body: dict[str, Any] | str, header: str | None = None) -> int:
    """Post an event to the webhook; the HTTP status."""
    payload = body if isinstance(body, str) else json.dumps(body)
    response = Client().post(
        "/stripe/webhook/",
        payload,
        content_type="application/json",
        HTTP_STRIPE_SIGNATURE=signed(payload) if header is None else header,
    )
    return response.status_code
