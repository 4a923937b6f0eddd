"""What the applicant does: draft, submit, withdraw."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.money import MOST_CENTS
from marketplace.people.actor import Actor
from marketplace.refusals import Refusal
from plugins.solidarity_fund import awards, recusal
from plugins.solidarity_fund.cases import lock_own
from plugins.solidarity_fund.minutes import minute
from plugins.solidarity_fund.models import (
    Event,
    Fund,
    FundRequest,
    Regulation,
    RequestReason,
    RequestStatus,
)
from plugins.solidarity_fund.precheck import (
    Case,
    Precheck,
    employed_since,
    examine,
    given_cents,
)
from plugins.solidarity_fund.selectors import regulation_on

LONGEST_DESCRIPTION = 4_000
LARGEST_HOUSEHOLD = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person writes in a request; amounts in cents."""

    reason: str
    description: str
    isee_cents: int
    household: int
    asked_cents: int


def check_asked(asked: Asked, regulation: Regulation) -> None:
    """Refuse what no committee could examine.

    Raises:
        Refusal: REASON_UNKNOWN, DESCRIPTION_MISSING, DESCRIPTION_TOO_LONG, INVALID_HOUSEHOLD,
            INVALID_AMOUNT.
    """
    if not RequestReason.objects.filter(regulation=regulation, code=asked.reason).exists():
        raise Refusal(
            "REASON_UNKNOWN", _("Choose one of the Regolamento's reasons."), field="reason"
        )
    if not asked.description.strip():
        raise Refusal(
            "DESCRIPTION_MISSING",
            _("Describe what happened and what you need."),
            field="description",
        )
    if len(asked.description) > LONGEST_DESCRIPTION:
        raise Refusal(
            "DESCRIPTION_TOO_LONG",
            _("Describe it in at most %(most)s characters.") % {"most": LONGEST_DESCRIPTION},
            field="description",
        )
    if not 1 <= asked.household <= LARGEST_HOUSEHOLD:
        raise Refusal(
            "INVALID_HOUSEHOLD",
            _("A household has from 1 to %(most)s members.") % {"most": LARGEST_HOUSEHOLD},
            field="householdSize",
        )
    if not 0 < asked.asked_cents <= MOST_CENTS:
        raise Refusal("INVALID_AMOUNT", _("The amount must be more than zero."), field="amount")
    if asked.isee_cents < 0:
        raise Refusal("INVALID_AMOUNT", _("An ISEE is not below zero."), field="isee")


@transaction.atomic
def fund_request_create(*, actor: Actor, fund: Fund, asked: Asked) -> FundRequest:
    """Draft a request; nobody but its applicant sees it before it is submitted.

    Raises:
        Refusal: REGULATION_MISSING, and as :func:`check_asked`.
    """
    regulation = regulation_on(fund, timezone.localdate())
    check_asked(asked, regulation)
    year = timezone.localdate().year
    made = FundRequest.objects.create(
        fund=fund,
        applicant_id=actor.require_user(),
        regulation=regulation,
        year=year,
        number=_next_number(fund.pk, year),
        reason=asked.reason,
        asked_cents=asked.asked_cents,
        description=asked.description.strip(),
        isee=str(asked.isee_cents),
        household=str(asked.household),
    )
    minute(made, Event.CREATED)
    return made


def fund_request_try(*, actor: Actor, fund: Fund, asked: Asked) -> Precheck:
    """What the rules would say of a request today; nothing is kept.

    Raises:
        Refusal: REGULATION_MISSING, and as :func:`check_asked`.
    """
    today = timezone.localdate()
    regulation = regulation_on(fund, today)
    check_asked(asked, regulation)
    user_id = actor.require_user()
    return examine(
        regulation,
        Case(
            reason=asked.reason,
            asked_cents=asked.asked_cents,
            isee_cents=asked.isee_cents,
            household=asked.household,
            employed_since=employed_since(user_id, today),
            given_cents=given_cents(user_id, today.year),
            on=today,
        ),
    )


def _next_number(fund_id: int, year: int) -> int:
    """Count on within the year: one row, locked until the commit, so that no number is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO solidarity_fund_requestcounter AS counter (fund_id, year, last)"
            " VALUES (%s, %s, 1) ON CONFLICT (fund_id, year)"
            " DO UPDATE SET last = counter.last + 1 RETURNING last",
            [fund_id, year],
        )
        return cursor.fetchone()[0]


@transaction.atomic
def fund_request_submit(*, actor: Actor, request_id: int) -> FundRequest:
    """Hand a draft to the committee, under the Regolamento of the day. Members who may not take
    part (the applicant's own company) are recused at once.

    Raises:
        Refusal: NOT_FOUND, REQUEST_NOT_DRAFT, REGULATION_MISSING, REASON_UNKNOWN.
    """
    request = lock_own(request_id, actor)
    if request.status != RequestStatus.DRAFT:
        raise Refusal("REQUEST_NOT_DRAFT", _("This request has been submitted already."))
    request.regulation = regulation_on(request.fund, timezone.localdate())
    if not request.regulation.reasons.filter(code=request.reason).exists():
        raise Refusal(
            "REASON_UNKNOWN", _("Choose one of the Regolamento's reasons."), field="reason"
        )
    request.status = RequestStatus.SUBMITTED
    request.submitted_at = timezone.now()
    request.save(update_fields=["regulation", "status", "submitted_at"])
    minute(request, Event.SUBMITTED)
    recusal.recuse_by_rule(request)
    return request


@transaction.atomic
def fund_request_withdraw(*, actor: Actor, request_id: int) -> FundRequest:
    """Take a request back, until it is decided against or paid; what was reserved is released.

    Raises:
        Refusal: NOT_FOUND, REQUEST_CLOSED.
    """
    request = lock_own(request_id, actor)
    if request.status not in _WITHDRAWABLE:
        raise Refusal("REQUEST_CLOSED", _("This request is closed; there is nothing to withdraw."))
    if request.status == RequestStatus.APPROVED:
        awards.release(request)
    request.status = RequestStatus.WITHDRAWN
    request.closed_at = timezone.now()
    request.save(update_fields=["status", "closed_at"])
    minute(request, Event.WITHDRAWN)
    return request


_WITHDRAWABLE = frozenset(
    {
        RequestStatus.DRAFT,
        RequestStatus.SUBMITTED,
        RequestStatus.UNDER_REVIEW,
        RequestStatus.APPROVED,
    }
)
