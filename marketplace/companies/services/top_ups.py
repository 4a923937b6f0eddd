"""Top-ups: asked for, paid at Stripe or by bank transfer, posted to the company's budget once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import not_found
from marketplace.companies import payments
from marketplace.companies.models import (
    FindingCode,
    TopUp,
    TopUpFinding,
    TopUpMethod,
    TopUpStatus,
)
from marketplace.companies.services.idempotency import check_key
from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, post
from marketplace.money import CURRENCY, euro
from marketplace.payments.door import LEAST_CENTS, MOST_CENTS, Event
from marketplace.payments.models import StripeEvent
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.refusals import Refusal

# Stripe forgets an idempotency key after a day: from then on a top-up without a PaymentIntent
# can no longer get the one that was made for it, and nobody has the secret to pay that one.
UNSTARTED_FOR = timedelta(hours=23)


@dataclass(frozen=True, slots=True)
class TopUpAsked:
    """A top-up, and the secret with which its payer's client confirms the payment at Stripe."""

    top_up: TopUp
    client_secret: str = ""


def top_up_create(
    *, actor: Actor, company_id: int, amount_cents: int, method: str, idempotency_key: str
) -> TopUpAsked:
    """Ask for money into a company's budget.

    Not one transaction: the row is committed before Stripe is called, so that a crash in between
    leaves a top-up that the same key takes up again, never a payment that we know nothing of.

    Raises:
        Refusal: PERMISSION_DENIED, INVALID_AMOUNT, AMOUNT_OUT_OF_RANGE, INVALID_IDEMPOTENCY_KEY,
            IDEMPOTENCY_CONFLICT, PAYMENT_SERVICE_UNAVAILABLE.
    """
    actor.require(Role.COMPANY_MANAGER, organisation_id=company_id)
    check_key(idempotency_key)
    _check_amount(amount_cents, method)
    with transaction.atomic():
        top_up, created = TopUp.objects.get_or_create(
            company_id=company_id,
            idempotency_key=idempotency_key,
            defaults={
                "amount_cents": amount_cents,
                "method": method,
                "requested_by_id": actor.require_user(),
            },
        )
    if not created and (top_up.amount_cents, top_up.method) != (amount_cents, method):
        raise Refusal(
            "IDEMPOTENCY_CONFLICT",
            _("This key was already used for another top-up; use a new one."),
            field="idempotencyKey",
        )
    if top_up.method == TopUpMethod.BANK_TRANSFER:
        return TopUpAsked(top_up)
    return _start_at_stripe(top_up)


def _check_amount(amount_cents: int, method: str) -> None:
    if amount_cents <= 0:
        raise Refusal("INVALID_AMOUNT", _("The amount must be more than zero."), field="amount")
    at_stripe = method != TopUpMethod.BANK_TRANSFER
    if at_stripe and not LEAST_CENTS <= amount_cents <= MOST_CENTS:
        raise Refusal(
            "AMOUNT_OUT_OF_RANGE",
            _("By card or direct debit from %(least)s to %(most)s. Otherwise use a bank transfer.")
            % {"least": euro(LEAST_CENTS), "most": euro(MOST_CENTS)},
            field="amount",
        )


def _start_at_stripe(top_up: TopUp) -> TopUpAsked:
    if top_up.status == TopUpStatus.CANCELLED:
        return TopUpAsked(top_up)
    if top_up.payment_intent is None:
        payment = payments.payment_create(top_up)
        unstarted = TopUp.objects.filter(pk=top_up.pk, payment_intent__isnull=True)
        unstarted.update(payment_intent=payment.intent, updated_at=timezone.now())
        top_up.refresh_from_db()
        if top_up.payment_intent == payment.intent:
            return TopUpAsked(top_up, payment.client_secret)
    return TopUpAsked(top_up, payments.payment_get(str(top_up.payment_intent)).client_secret)


def event_apply(event: Event, stored: StripeEvent) -> bool:
    """Do what an event says of a top-up; asked last, so a payment that nobody knows ends here."""
    if event.about == "payment_intent":
        payment = payments.payment_of(event.subject)
        payment_apply(payment=payment, told_at=event.created, event=stored)
    elif intent := payments.reversed_intent(event.type, event.subject):
        _reversal_record(intent, stored)
    return True


def payment_apply(
    *, payment: payments.Payment, told_at: datetime, event: StripeEvent | None = None
) -> None:
    """Bring a top-up to where Stripe says its payment is.

    Whatever order news arrives in, the end is the same: money that came is posted once and stays;
    of the rest the newest counts. A payment that is not what was asked for is recorded as a
    finding and not posted.
    """
    with transaction.atomic():
        top_up = _top_up_of(payment)
        wrong = _differences(payment, top_up)
        for code, detail in wrong:
            finding_record(code=code, payment=payment.intent, detail=detail, of=top_up, event=event)
        if top_up is None or wrong or top_up.status == TopUpStatus.SUCCEEDED:
            return
        top_up.payment_intent = payment.intent
        if payment.status == TopUpStatus.SUCCEEDED:
            _post(top_up, paid_on=timezone.localdate(told_at))
        elif top_up.stripe_told_at is None or told_at >= top_up.stripe_told_at:
            top_up.status = payment.status
            top_up.failure = payment.failure
        top_up.stripe_told_at = max(told_at, top_up.stripe_told_at or told_at)
        top_up.save()


def _top_up_of(payment: payments.Payment) -> TopUp | None:
    """The top-up of a payment, locked; by our mark on it where its answer never reached us."""
    mine = Q(payment_intent=payment.intent)
    if payment.top_up_id.isdecimal() and len(payment.top_up_id) < 19:
        mine |= Q(payment_intent__isnull=True, pk=int(payment.top_up_id)) & ~Q(
            method=TopUpMethod.BANK_TRANSFER
        )
    return TopUp.objects.select_for_update().filter(mine).first()


def _differences(payment: payments.Payment, top_up: TopUp | None) -> list[tuple[FindingCode, str]]:
    """What Stripe says that is not what we asked for; nothing is posted where there is any."""
    if top_up is None:
        if payment.status != TopUpStatus.SUCCEEDED:
            return []
        paid = f"{payment.amount_cents} cents {payment.currency}, top-up {payment.top_up_id!r}"
        return [(FindingCode.UNKNOWN_TOP_UP, paid[:500])]
    asked = [
        (FindingCode.AMOUNT_DIFFERS, str(payment.amount_cents), str(top_up.amount_cents)),
        (FindingCode.CURRENCY_DIFFERS, payment.currency, CURRENCY),
        (FindingCode.COMPANY_DIFFERS, payment.company_id, str(top_up.company_id)),
    ]
    return [
        (code, f"Stripe {theirs!r}, asked for {ours!r}"[:500])
        for code, theirs, ours in asked
        if theirs != ours
    ]


def finding_record(
    *,
    code: str,
    payment: str,
    detail: str,
    of: TopUp | None = None,
    event: StripeEvent | None = None,
) -> None:
    """List a difference for an operator; the same one again changes nothing."""
    TopUpFinding.objects.get_or_create(
        payment_intent=payment, code=code, defaults={"detail": detail, "top_up": of, "event": event}
    )


def _reversal_record(intent: str, event: StripeEvent) -> None:
    # The credit may be spent by now: what to do about it is a person's decision.
    finding_record(
        code=FindingCode.PAYMENT_REVERSED,
        payment=intent,
        detail=event.type,
        of=TopUp.objects.filter(payment_intent=intent).first(),
        event=event,
    )


def _post(top_up: TopUp, *, paid_on: date) -> None:
    """Post the money to the budget; on a locked, unpaid top-up. The key makes it once, whatever."""
    posted = post(
        kind="top_up",
        key=f"topup:{top_up.pk}",
        legs=[
            Leg(account(AccountKind.WORLD, 0), -top_up.amount_cents),
            Leg(account(AccountKind.COMPANY_BUDGET, top_up.company_id), top_up.amount_cents),
        ],
        reference=f"top-up {top_up.pk}",
    )
    top_up.status = TopUpStatus.SUCCEEDED
    top_up.failure = ""
    top_up.transfer_id = posted.transfer_id
    top_up.paid_on = paid_on


def top_up_confirm(*, actor: Actor, top_up_id: int, paid_on: date, bank_reference: str) -> TopUp:
    """An operator has seen a bank transfer on the account, and says so; never who asked for it.

    Raises:
        Refusal: PERMISSION_DENIED, NOT_FOUND, NOT_A_BANK_TRANSFER, TOP_UP_NOT_WAITING,
            SAME_PERSON, INVALID_DATE, BANK_REFERENCE_REQUIRED, BANK_REFERENCE_USED.
    """
    actor.require(Role.OPERATOR)
    reference = bank_reference.strip()
    with transaction.atomic():
        top_up = TopUp.objects.select_for_update().filter(pk=top_up_id).first()
        if top_up is None:
            raise not_found("TopUp")
        _check_confirmable(top_up, actor, paid_on, reference)
        top_up.confirmed_by_id = actor.require_user()
        top_up.bank_reference = reference
        _post(top_up, paid_on=paid_on)
        top_up.save()
    return top_up


def _check_confirmable(top_up: TopUp, actor: Actor, paid_on: date, reference: str) -> None:
    if top_up.method != TopUpMethod.BANK_TRANSFER:
        raise Refusal(
            "NOT_A_BANK_TRANSFER",
            _("Stripe confirms this top-up by itself. You confirm bank transfers only."),
        )
    if top_up.status != TopUpStatus.PENDING:
        raise Refusal("TOP_UP_NOT_WAITING", _("This top-up is not waiting for its money any more."))
    if top_up.requested_by_id == actor.user_id:
        raise Refusal(
            "SAME_PERSON",
            _("Who asked for a top-up does not confirm it. Another operator has to do it."),
        )
    if paid_on > timezone.localdate():
        raise Refusal(
            "INVALID_DATE",
            _("The day on which the money came lies in the future. Check it."),
            field="paidOn",
        )
    if not 1 <= len(reference) <= 140:
        raise Refusal(
            "BANK_REFERENCE_REQUIRED",
            _("Give the bank's reference of the transfer, of at most 140 characters."),
            field="bankReference",
        )
    if TopUp.objects.filter(bank_reference=reference).exists():
        raise Refusal(
            "BANK_REFERENCE_USED",
            _("This transfer was already counted for another top-up."),
            field="bankReference",
        )


def top_up_refresh(*, top_up_id: int) -> TopUp:
    """Ask Stripe how a waiting top-up stands, for the case that a webhook was lost.

    Raises:
        Refusal: PAYMENT_SERVICE_UNAVAILABLE.
    """
    top_up = TopUp.objects.get(pk=top_up_id)
    if top_up.method == TopUpMethod.BANK_TRANSFER or not _is_waiting(top_up):
        return top_up
    if top_up.payment_intent is not None:
        asked_at = timezone.now()
        payment = payments.payment_get(top_up.payment_intent)
        payment_apply(payment=payment, told_at=asked_at.replace(microsecond=0))
    elif top_up.created_at < timezone.now() - UNSTARTED_FOR:
        unstarted = TopUp.objects.filter(pk=top_up_id, payment_intent__isnull=True)
        unstarted.update(status=TopUpStatus.CANCELLED, updated_at=timezone.now())
    top_up.refresh_from_db()
    return top_up


def _is_waiting(top_up: TopUp) -> bool:
    return top_up.status in (TopUpStatus.PENDING, TopUpStatus.PROCESSING)
