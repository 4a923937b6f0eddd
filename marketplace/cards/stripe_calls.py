"""What is asked of Stripe about card payments: Checkout Sessions, refunds, the balance.

The card's number is typed on Stripe's own page and never comes near us.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import to_global
from marketplace.cards.models import CardPayment, CardRefund
from marketplace.choices import Choices
from marketplace.money import CURRENCY
from marketplace.payments.door import calling
from marketplace.refusals import Refusal

#: What we write on Stripe's objects, to know our own again.
PAYMENT_MARK = "card_payment"
REFUND_MARK = "card_refund"


class SessionState(Choices):
    OPEN = "open"
    PAID = "paid"
    UNPAID = "unpaid"  # completed by a method that answers later; we offer none
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Seen:
    """A card payment as Stripe shows it: by its session, or by its PaymentIntent."""

    mark: str
    state: str
    cents: int
    currency: str
    session_id: str = ""
    url: str = ""
    intent: str = ""
    declined: str = ""


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """A refund as Stripe shows it; ``settled``: it has gone back, ``failed``: it will not."""

    refund_id: str
    cents: int
    settled: bool
    failed: bool
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement of Stripe's balance: a charge (+) or a refund (-) of a PaymentIntent."""

    cents: int
    created: datetime
    source_id: str
    intent: str
    mark: str


def session_create(payment: CardPayment) -> Seen:
    """The page on which a stored payment is paid: made once, however often this is called.

    Raises:
        Refusal: CARD_NOT_OFFERED where no storefront is set to come back to,
            PAYMENT_SERVICE_UNAVAILABLE.
    """
    if not settings.STOREFRONT_URL:
        raise Refusal(
            "CARD_NOT_OFFERED", _("This shop takes no cards. Pay with your credit alone.")
        )
    back = f"{settings.STOREFRONT_URL}/carta/{to_global('CardPayment', payment.pk)}"
    metadata = {PAYMENT_MARK: payment.mark}
    with translation.override(payment.language):
        name = str(_("The rest of your purchase, beside your welfare credit"))
    with calling() as account:
        session = stripe.checkout.Session.create(
            mode="payment",
            payment_method_types=["card"],
            line_items=[
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": CURRENCY.lower(),
                        "unit_amount": payment.card_cents,
                        "product_data": {"name": name},
                    },
                }
            ],
            client_reference_id=payment.mark,
            metadata=metadata,
            payment_intent_data={"metadata": metadata},
            locale=payment.language,
            expires_at=int(payment.expires_at.timestamp()),
            success_url=f"{back}/ritorno/",
            cancel_url=f"{back}/rinuncia/",
            idempotency_key=f"card-session-{payment.mark}",
            **account,
        )
    return seen_of_session(session)


def session_get(session_id: str) -> Seen:
    """A session as it stands now; Refusal PAYMENT_SERVICE_UNAVAILABLE."""
    with calling() as account:
        session = stripe.checkout.Session.retrieve(session_id, expand=["payment_intent"], **account)
    return seen_of_session(session)


def session_expire(session_id: str) -> Seen:
    """Close a session, so that nobody pays it any more; as it stands then.

    Raises:
        Refusal: PAYMENT_SERVICE_UNAVAILABLE.
    """
    with calling() as account:
        try:
            return seen_of_session(stripe.checkout.Session.expire(session_id, **account))
        except stripe.error.InvalidRequestError:
            # Not open any more: paid, or expired.
            session = stripe.checkout.Session.retrieve(session_id, **account)
            return seen_of_session(session)


def seen_of_session(session: Mapping[str, Any]) -> Seen:
    """What we read of Stripe's Checkout Session."""
    intent = session.get("payment_intent") or ""
    known = intent if isinstance(intent, Mapping) else {}
    return Seen(
        mark=_mark(session),
        state=_state(session),
        cents=int(session.get("amount_total") or 0),
        currency=str(session.get("currency") or "").upper(),
        session_id=str(session["id"]),
        url=str(session.get("url") or ""),
        intent=str(known.get("id") or intent),
        declined=_declined(known),
    )


def seen_of_intent(intent: Mapping[str, Any]) -> Seen:
    """What we read of the PaymentIntent of a session."""
    paid = intent["status"] == "succeeded"
    return Seen(
        mark=_mark(intent),
        state=(SessionState.PAID if paid else SessionState.OPEN).value,
        cents=int((intent.get("amount_received") if paid else None) or intent["amount"]),
        currency=str(intent["currency"]).upper(),
        intent=str(intent["id"]),
        declined=_declined(intent),
    )


def _state(session: Mapping[str, Any]) -> str:
    if session.get("payment_status") == "paid":
        return SessionState.PAID.value
    known = {"open": SessionState.OPEN, "expired": SessionState.EXPIRED}
    return known.get(str(session.get("status")), SessionState.UNPAID).value


def _mark(subject: Mapping[str, Any]) -> str:
    return str((subject.get("metadata") or {}).get(PAYMENT_MARK) or "")


def _declined(intent: Mapping[str, Any]) -> str:
    error = intent.get("last_payment_error") or {}
    return str(error.get("message") or error.get("code") or "")[:300]


def refund_create(refund: CardRefund) -> RefundSeen:
    """Ask Stripe to give money back to the card: once, however often this is called.

    Raises:
        Refusal: PAYMENT_SERVICE_UNAVAILABLE.
    """
    with calling() as account:
        return refund_of(
            stripe.Refund.create(
                payment_intent=refund.payment.intent,
                amount=refund.cents,
                metadata={REFUND_MARK: refund.mark},
                idempotency_key=f"card-refund-{refund.mark}",
                **account,
            )
        )


def refund_find(refund: CardRefund) -> RefundSeen | None:
    """The refund at Stripe that bears our mark, if any.

    Raises:
        Refusal: PAYMENT_SERVICE_UNAVAILABLE.
    """
    with calling() as account:
        made = stripe.Refund.list(payment_intent=refund.payment.intent, limit=100, **account)
        for one in made.auto_paging_iter():
            if (one.get("metadata") or {}).get(REFUND_MARK) == refund.mark:
                return refund_of(one)
    return None


def refund_of(refund: Mapping[str, Any]) -> RefundSeen:
    """What we read of Stripe's Refund."""
    status = str(refund.get("status") or "")
    return RefundSeen(
        refund_id=str(refund["id"]),
        cents=int(refund["amount"]),
        settled=status == "succeeded",
        failed=status in {"failed", "canceled"},
        failure=str(refund.get("failure_reason") or "")[:300],
    )


def balance_moves(since: datetime) -> Iterator[Moved]:
    """Charges and refunds of card payments in Stripe's balance since then, newest first.

    Raises:
        Refusal: PAYMENT_SERVICE_UNAVAILABLE.
    """
    with calling() as account:
        listed = stripe.BalanceTransaction.list(limit=100, **account)
        for one in listed.auto_paging_iter():
            created = datetime.fromtimestamp(int(one["created"]), UTC)
            if created < since:
                return
            intent = _intent_of(one, account)
            if intent is not None and _mark(intent):
                yield Moved(
                    cents=int(one["amount"]),
                    created=created,
                    source_id=str(one["source"]),
                    intent=str(intent["id"]),
                    mark=_mark(intent),
                )


def _intent_of(moved: Mapping[str, Any], account: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The PaymentIntent behind a movement of the balance."""
    source = str(moved.get("source") or "")
    if moved.get("type") == "refund":
        source = str(stripe.Refund.retrieve(source, **account).get("charge") or "")
    elif moved.get("type") != "charge":
        return None
    intent = stripe.Charge.retrieve(source, **account).get("payment_intent")
    found: Mapping[str, Any] | None = (
        stripe.PaymentIntent.retrieve(intent, **account) if intent else None
    )
    return found
