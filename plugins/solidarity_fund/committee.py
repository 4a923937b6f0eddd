"""What the committee does: open the examination, declare conflicts, vote, decide."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from marketplace.money import BASIS_POINTS, euro
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.refusals import Refusal
from plugins.solidarity_fund import awards, recusal
from plugins.solidarity_fund.cases import COMMITTEE, lock_as, lock_fund
from plugins.solidarity_fund.minutes import minute
from plugins.solidarity_fund.models import (
    Decision,
    Event,
    FundRequest,
    Regulation,
    RequestStatus,
    Review,
    Vote,
    VoteValue,
)
from plugins.solidarity_fund.precheck import Case, case_of, examine

LONGEST_MOTIVATION = 4_000


@transaction.atomic
def fund_request_review_start(*, actor: Actor, request_id: int) -> FundRequest:
    """Open the examination of a submitted request.

    Raises:
        Refusal: NOT_FOUND, RECUSED, REQUEST_NOT_SUBMITTED.
    """
    request = lock_as(request_id, actor, *COMMITTEE)
    recusal.require_no_conflict(request, actor)
    if request.status != RequestStatus.SUBMITTED:
        raise Refusal("REQUEST_NOT_SUBMITTED", _("This request is not waiting to be examined."))
    Review.objects.create(request=request, reviewer_id=actor.require_user())
    request.status = RequestStatus.UNDER_REVIEW
    request.save(update_fields=["status"])
    minute(request, Event.REVIEW_STARTED, by_id=actor.user_id)
    return request


@transaction.atomic
def conflict_declare(*, actor: Actor, request_id: int) -> FundRequest:
    """Declare a conflict on a request, before voting on it: from then on the member is recused.

    Raises:
        Refusal: NOT_FOUND, REQUEST_DECIDED, ALREADY_VOTED.
    """
    request = lock_as(request_id, actor, *COMMITTEE)
    _require_open(request)
    if Vote.objects.filter(request=request, member_id=actor.require_user()).exists():
        raise Refusal(
            "ALREADY_VOTED",
            _("You have voted already. Tell the chair, who can leave the decision open."),
        )
    recusal.declare(request, actor)
    return request


@transaction.atomic
def fund_request_vote(*, actor: Actor, request_id: int, value: str) -> FundRequest:
    """Cast the actor's one vote.

    Raises:
        Refusal: NOT_FOUND, RECUSED, NOT_UNDER_REVIEW, REQUEST_DECIDED, ALREADY_VOTED.
    """
    request = lock_as(request_id, actor, *COMMITTEE)
    recusal.require_no_conflict(request, actor)
    _require_under_review(request)
    member_id = actor.require_user()
    if Vote.objects.filter(request=request, member_id=member_id).exists():
        raise Refusal("ALREADY_VOTED", _("You have voted already. A vote is not changed."))
    Vote.objects.create(request=request, member_id=member_id, value=VoteValue(value))
    minute(request, Event.VOTED, by_id=member_id)
    return request


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes on a request."""

    votes_for: int
    votes_against: int
    abstentions: int

    @property
    def cast(self) -> int:
        return self.votes_for + self.votes_against + self.abstentions

    def approves(self, regulation: Regulation) -> bool:
        """Whether the votes for are more of those for and against than the Regolamento asks."""
        voiced = self.votes_for + self.votes_against
        return self.votes_for * BASIS_POINTS > regulation.majority_bps * voiced


def tally_of(request: FundRequest) -> Tally:
    """Count the votes; one query."""
    votes = Counter(Vote.objects.filter(request=request).values_list("value", flat=True))
    return Tally(votes[VoteValue.FOR], votes[VoteValue.AGAINST], votes[VoteValue.ABSTAIN])


@transaction.atomic
def fund_request_decide(
    *, actor: Actor, request_id: int, award_cents: int | None = None, motivation: str = ""
) -> FundRequest:
    """Take down what the votes came to. Where they approve, ``award_cents`` is reserved on the
    Fund in the same transaction; where they do not, nothing moves.

    Raises:
        Refusal: NOT_FOUND, RECUSED, NOT_UNDER_REVIEW, REQUEST_DECIDED, QUORUM_NOT_REACHED,
            NOT_APPROVED, AWARD_AMOUNT_MISSING, AWARD_ABOVE_ASKED, AWARD_ABOVE_MOST,
            AWARD_BELOW_LEAST, AWARD_ABOVE_YEARLY, MOTIVATION_MISSING, MOTIVATION_TOO_LONG,
            FUND_TOO_LOW.
    """
    request = lock_as(request_id, actor, Role.COMMITTEE_CHAIR)
    recusal.require_no_conflict(request, actor)
    _require_under_review(request)
    if len(motivation) > LONGEST_MOTIVATION:
        raise Refusal(
            "MOTIVATION_TOO_LONG",
            _("Give the reasons in at most %(most)s characters.") % {"most": LONGEST_MOTIVATION},
            field="motivation",
        )
    tally = tally_of(request)
    approved = _outcome(request.regulation, tally, award_cents)
    cents = award_cents or 0
    if approved:
        lock_fund(request.fund_id)
        case = case_of(request, actor=actor, why="decision")
        _check_award(request.regulation, case, cents)
        _check_motivation(request.regulation, case, cents, motivation)
    Decision.objects.create(
        request=request,
        chair_id=actor.require_user(),
        approved=approved,
        cents=cents,
        votes_for=tally.votes_for,
        votes_against=tally.votes_against,
        abstentions=tally.abstentions,
        motivation=motivation.strip(),
    )
    _close(request, actor, approved, tally, cents)
    return request


def _close(request: FundRequest, actor: Actor, approved: bool, tally: Tally, cents: int) -> None:
    counts = {"for": tally.votes_for, "against": tally.votes_against, "abstain": tally.abstentions}
    request.status = RequestStatus.APPROVED if approved else RequestStatus.REJECTED
    request.closed_at = None if approved else timezone.now()
    request.save(update_fields=["status", "closed_at"])
    if not approved:
        minute(request, Event.REJECTED, by_id=actor.user_id, **counts)
        return
    minute(request, Event.APPROVED, by_id=actor.user_id, cents=cents, **counts)
    pay_until = timezone.localdate() + timedelta(days=request.regulation.payment_days)
    # Last: what it locks in the ledger is held until the commit.
    awards.reserve(request, cents=cents, pay_until=pay_until)


def _require_open(request: FundRequest) -> None:
    if request.status not in (RequestStatus.SUBMITTED, RequestStatus.UNDER_REVIEW):
        raise Refusal("REQUEST_DECIDED", _("This request has been decided or withdrawn."))


def _require_under_review(request: FundRequest) -> None:
    _require_open(request)
    if request.status != RequestStatus.UNDER_REVIEW:
        raise Refusal("NOT_UNDER_REVIEW", _("Open the examination of this request first."))


def _outcome(regulation: Regulation, tally: Tally, award_cents: int | None) -> bool:
    if tally.cast < regulation.quorum:
        raise Refusal(
            "QUORUM_NOT_REACHED",
            ngettext_lazy(
                "%(cast)s vote was cast; a decision needs %(quorum)s.",
                "%(cast)s votes were cast; a decision needs %(quorum)s.",
                "cast",
            )
            % {"cast": tally.cast, "quorum": regulation.quorum},
        )
    approved = tally.approves(regulation)
    if approved and not award_cents:
        raise Refusal(
            "AWARD_AMOUNT_MISSING",
            _("The committee approved the request. Say how much is awarded."),
            field="amount",
        )
    if not approved and award_cents:
        raise Refusal(
            "NOT_APPROVED",
            _("The votes do not approve the request: decide without an amount."),
            field="amount",
        )
    return approved


def _check_award(regulation: Regulation, case: Case, cents: int) -> None:
    most = regulation.most_award_for(case.household)
    left = max(0, regulation.most_yearly_cents - case.given_cents)
    limits = (
        (
            cents > case.asked_cents,
            "AWARD_ABOVE_ASKED",
            _("The request asks for %(limit)s: an award is not more."),
            case.asked_cents,
        ),
        (cents > most, "AWARD_ABOVE_MOST", _("One award is at most %(limit)s."), most),
        (
            cents < regulation.least_award_cents,
            "AWARD_BELOW_LEAST",
            _("An award is at least %(limit)s."),
            regulation.least_award_cents,
        ),
        (
            cents > left,
            "AWARD_ABOVE_YEARLY",
            _("At most %(limit)s can still go to this person this year."),
            left,
        ),
    )
    for beyond, code, sentence, limit in limits:
        if beyond:
            raise Refusal(
                code, sentence % {"limit": euro(limit)}, field="amount", limit_cents=limit
            )


def _check_motivation(regulation: Regulation, case: Case, cents: int, motivation: str) -> None:
    """The committee may depart from the pre-check, and then says why (Regolamento, art. 10)."""
    if cents > examine(regulation, case).advised_cents and not motivation.strip():
        raise Refusal(
            "MOTIVATION_MISSING",
            _("This is more than the rules advise: give the committee's reasons."),
            field="motivation",
        )
