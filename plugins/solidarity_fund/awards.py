"""Awards: money reserved by a decision, paid by who did not decide, released where it is not paid.

Reserved money leaves the Fund's account for FUND_RESERVED at once, so that what the Fund shows as
free is free. Payment is credit in the applicant's wallet, never cash (LAW.md, "Occasional
subsidies").
"""

from __future__ import annotations

from datetime import date
from itertools import islice

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.ledger.posting import Leg, Posted, post
from marketplace.money import euro
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.refusals import Refusal
from marketplace.registry import use
from plugins.solidarity_fund.accounts import fund_account_id, reserved_account_id
from plugins.solidarity_fund.cases import lock_as
from plugins.solidarity_fund.minutes import minute
from plugins.solidarity_fund.models import (
    Award,
    AwardStatus,
    Decision,
    Event,
    FundRequest,
    RequestStatus,
    Vote,
)


def reserve(request: FundRequest, *, cents: int, pay_until: date) -> Award:
    """Move an award's money from the Fund to what is reserved, and record it.

    Raises:
        Refusal: FUND_TOO_LOW where the Fund would go below zero.
    """
    try:
        posted = _reserve_post(request, cents)
    except Refusal as refusal:
        if refusal.code != "INSUFFICIENT_FUNDS":
            raise
        available = refusal.facts.get("available_cents", 0)
        raise Refusal(
            "FUND_TOO_LOW",
            _("The Fund holds %(available)s, less than this award. Award less, or wait.")
            % {"available": euro(available)},
            field="amount",
            available_cents=available,
        ) from refusal
    return Award.objects.create(
        request=request,
        cents=cents,
        pay_until=pay_until,
        reserved_transfer_id=posted.transfer_id,
    )


def _reserve_post(request: FundRequest, cents: int) -> Posted:
    fund = fund_account_id(request.fund_id)
    return post(
        kind="fund_reserve",
        key=f"fund-reserve:{request.pk}",
        legs=[Leg(fund, -cents), Leg(reserved_account_id(request.fund_id), cents)],
        require=Leg(fund, 0),
        reference=f"fund-request:{request.pk}",
    )


def release(request: FundRequest) -> None:
    """Give a reservation back to the Fund; the caller holds the request's lock."""
    award = Award.objects.select_for_update().get(request=request)
    posted = post(
        kind="fund_release",
        key=f"fund-release:{request.pk}",
        legs=[
            Leg(reserved_account_id(request.fund_id), -award.cents),
            Leg(fund_account_id(request.fund_id), award.cents),
        ],
        reference=f"fund-request:{request.pk}",
    )
    award.status = AwardStatus.RELEASED
    award.released_transfer_id = posted.transfer_id
    award.save(update_fields=["status", "released_transfer_id"])
    minute(request, Event.RELEASED, cents=award.cents)


@transaction.atomic
def award_pay(*, actor: Actor, request_id: int) -> Award:
    """Pay the award of a request as credit; the treasurer learns neither name nor wallet.

    Raises:
        Refusal: NOT_FOUND, NOT_APPROVED, AWARD_PAID, AWARD_EXPIRED, PAYER_DECIDED where the
            treasurer asked, voted or decided.
    """
    request = lock_as(request_id, actor, Role.TREASURER)
    if request.status == RequestStatus.PAID:
        raise Refusal("AWARD_PAID", _("This award has been paid already."))
    if request.status != RequestStatus.APPROVED:
        raise Refusal("NOT_APPROVED", _("There is no award to pay on this request."))
    _require_did_not_decide(request, actor)
    award = Award.objects.select_for_update().get(request=request)
    if award.pay_until < timezone.localdate():
        raise Refusal("AWARD_EXPIRED", _("The days to pay this award are over."))
    given = use("wallet.credit")(
        user_id=request.applicant_id,
        company_id=None,
        plan_id=None,
        source_account_id=reserved_account_id(request.fund_id),
        cents=award.cents,
        key=f"fund-award:{request.pk}",
        expires_on=months_after(timezone.localdate(), request.regulation.credit_months),
        reference=f"fund-request:{request.pk}",
    )
    award.status = AwardStatus.PAID
    award.paid_by_id = actor.require_user()
    award.paid_at = timezone.now()
    award.lot_account_id = given.lot_account_id
    award.save(update_fields=["status", "paid_by", "paid_at", "lot_account_id"])
    request.status = RequestStatus.PAID
    request.closed_at = award.paid_at
    request.save(update_fields=["status", "closed_at"])
    minute(request, Event.PAID, by_id=actor.user_id, cents=award.cents)
    return award


def _require_did_not_decide(request: FundRequest, actor: Actor) -> None:
    """The database refuses it, too (``solidarity_fund_award_guard``); here it gets a sentence."""
    payer_id = actor.require_user()
    if (
        request.applicant_id == payer_id
        or Vote.objects.filter(request=request, member_id=payer_id).exists()
        or Decision.objects.filter(request=request, chair_id=payer_id).exists()
    ):
        raise Refusal(
            "PAYER_DECIDED",
            _("Who asked, voted or decided does not pay. Another treasurer has to do it."),
        )


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def awards_expire(*, on: date | None = None, most: int = 500) -> int:
    """Release reservations whose days to pay are over; returns how many. Idempotent; each in its
    own transaction, so that one that fails keeps no other waiting."""
    day = on or timezone.localdate()
    overdue = Award.objects.filter(status=AwardStatus.RESERVED, pay_until__lt=day)
    ids = list(islice(overdue.order_by("pk").values_list("request_id", flat=True), most))
    return sum(_expire(request_id) for request_id in ids)


@transaction.atomic
def _expire(request_id: int) -> bool:
    request = FundRequest.objects.select_for_update(no_key=True).get(pk=request_id)
    if request.status != RequestStatus.APPROVED:
        return False
    release(request)
    request.status = RequestStatus.EXPIRED
    request.closed_at = timezone.now()
    request.save(update_fields=["status", "closed_at"])
    minute(request, Event.EXPIRED)
    return True
