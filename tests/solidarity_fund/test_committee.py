"""The whole way of a request: asked, examined, voted, decided, paid; and every way of refusing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from marketplace.ledger.selectors import balance
from marketplace.ledger.verification import verify
from marketplace.people.models import Membership, Role
from marketplace.refusals import Refusal
from plugins.solidarity_fund import awards, committee, requests, selectors
from plugins.solidarity_fund.accounts import fund_balance_cents, reserved_account_id
from plugins.solidarity_fund.models import (
    Award,
    Conflict,
    Decision,
    Event,
    FundRequest,
    Minute,
    RequestStatus,
    Vote,
)
from tests.solidarity_fund import factories
from tests.solidarity_fund.factories import actor

pytestmark = pytest.mark.django_db


def code_of(refused) -> str:
    return refused.value.code


def reserved(by) -> int:
    return balance(reserved_account_id(by.fund.pk))


def status(request) -> str:
    return FundRequest.objects.get(pk=request.pk).status


def test_from_request_to_credit(by):
    made = factories.approved(by, 40_000)
    assert status(made) == RequestStatus.APPROVED
    assert (fund_balance_cents(by.fund.pk), reserved(by)) == (460_000, 40_000)

    award = awards.award_pay(actor=actor(by.treasurer), request_id=made.pk)

    assert status(made) == RequestStatus.PAID
    assert (fund_balance_cents(by.fund.pk), reserved(by)) == (460_000, 0)
    assert balance(award.lot_account_id) == 40_000
    assert verify() == []
    assert list(Minute.objects.filter(request=made).values_list("event", flat=True)) == [
        Event.CREATED,
        Event.SUBMITTED,
        Event.REVIEW_STARTED,
        Event.VOTED,
        Event.VOTED,
        Event.APPROVED,
        Event.PAID,
    ]


def test_pseudonyms_count_within_the_year(by):
    codes = [factories.submitted(by).pseudonym for _ in range(2)]
    year = timezone.localdate().year
    assert codes == [f"Richiesta {year}-0001", f"Richiesta {year}-0002"]


def test_votes_against_reject_and_move_nothing(by):
    made = factories.voted(by, "against")
    committee.fund_request_decide(actor=actor(by.chair), request_id=made.pk)
    assert status(made) == RequestStatus.REJECTED
    assert (fund_balance_cents(by.fund.pk), reserved(by)) == (500_000, 0)
    assert not Award.objects.exists()


@pytest.mark.parametrize(
    ("votes", "approves"),
    [
        (("for", "for", "against"), True),
        (("for", "against"), False),
        (("for", "abstain"), True),
        (("abstain", "abstain"), False),
        (("for", "against", "against"), False),
    ],
)
def test_the_majority_is_of_those_for_and_against(by, votes, approves):
    made = factories.submitted(by)
    committee.fund_request_review_start(actor=actor(by.chair), request_id=made.pk)
    for member, value in zip([*by.members, by.chair], votes, strict=False):
        committee.fund_request_vote(actor=actor(member), request_id=made.pk, value=value)
    award = 10_000 if approves else None
    decided = committee.fund_request_decide(
        actor=actor(by.chair), request_id=made.pk, award_cents=award
    )
    assert (decided.status == RequestStatus.APPROVED) == approves


def decide(by, made, cents=40_000, **given):
    return committee.fund_request_decide(
        actor=actor(by.chair), request_id=made.pk, award_cents=cents, **given
    )


def test_without_a_quorum_nothing_is_decided(by):
    made = factories.submitted(by)
    committee.fund_request_review_start(actor=actor(by.chair), request_id=made.pk)
    committee.fund_request_vote(actor=actor(by.chair), request_id=made.pk, value="for")
    with pytest.raises(Refusal) as refused:
        decide(by, made)
    assert code_of(refused) == "QUORUM_NOT_REACHED"


@pytest.mark.parametrize(
    ("facts", "cents", "code"),
    [
        ({}, None, "AWARD_AMOUNT_MISSING"),
        ({}, 40_001, "AWARD_ABOVE_ASKED"),
        ({}, 4_999, "AWARD_BELOW_LEAST"),
        ({"asked_cents": 300_000}, 100_001, "AWARD_ABOVE_MOST"),
        ({"asked_cents": 300_000, "household": 3}, 130_001, "AWARD_ABOVE_MOST"),
        ({"isee_cents": 1_500_000}, 30_001, "MOTIVATION_MISSING"),
        ({"isee_cents": 2_500_001}, 10_000, "MOTIVATION_MISSING"),
    ],
)
def test_an_award_keeps_to_the_regolamento(by, facts, cents, code):
    made = factories.voted(by, **facts)
    with pytest.raises(Refusal) as refused, transaction.atomic():
        decide(by, made, cents)
    assert code_of(refused) == code
    assert status(made) == RequestStatus.UNDER_REVIEW
    assert not Decision.objects.exists()


def test_the_committee_departs_from_the_rules_advice_with_its_reasons(by):
    made = factories.voted(by, isee_cents=1_500_000)
    decide(by, made, 40_000, motivation="The ISEE is of two years ago.")
    assert Decision.objects.get().motivation == "The ISEE is of two years ago."
    with connection.cursor() as cursor:
        cursor.execute("SELECT motivation FROM solidarity_fund_decision")
        assert b"ISEE" not in bytes(cursor.fetchone()[0])


def test_a_year_has_its_limit(by):
    for _ in range(2):
        factories.approved(by, 100_000, asked_cents=100_000)
    made = factories.voted(by, asked_cents=10_000)
    with pytest.raises(Refusal) as refused, transaction.atomic():
        decide(by, made, 10_000, motivation="x")
    assert code_of(refused) == "AWARD_ABOVE_YEARLY"


def test_the_fund_does_not_go_below_zero():
    by = factories.committee(money_cents=39_999)
    made = factories.voted(by)
    with pytest.raises(Refusal) as refused, transaction.atomic():
        decide(by, made, 40_000)
    assert code_of(refused) == "FUND_TOO_LOW"
    assert refused.value.facts == {"available_cents": 39_999}
    assert status(made) == RequestStatus.UNDER_REVIEW
    assert not Decision.objects.exists()
    assert fund_balance_cents(by.fund.pk) == 39_999


def test_a_tie_is_no_majority_and_takes_no_amount(by):
    made = factories.voted(by, "against")
    with pytest.raises(Refusal) as refused:
        decide(by, made, 40_000)
    assert code_of(refused) == "NOT_APPROVED"


def test_each_votes_once(by):
    made = factories.voted(by)
    with pytest.raises(Refusal) as refused:
        committee.fund_request_vote(actor=actor(by.members[0]), request_id=made.pk, value="against")
    assert code_of(refused) == "ALREADY_VOTED"


def test_nobody_votes_after_the_decision_or_before_the_examination(by):
    made = factories.approved(by)
    new = factories.submitted(by)
    for request, code in ((made, "REQUEST_DECIDED"), (new, "NOT_UNDER_REVIEW")):
        with pytest.raises(Refusal) as refused:
            committee.fund_request_vote(actor=actor(by.chair), request_id=request.pk, value="for")
        assert code_of(refused) == code


def colleague_of(by, role=Role.COMMITTEE_MEMBER):
    return factories.person((role, by.fund.organisation), (Role.COMPANY_MANAGER, by.company))


def test_a_member_of_the_applicants_company_is_recused_by_itself(by):
    colleague = colleague_of(by)
    made = factories.submitted(by)
    assert Conflict.objects.get(request=made).member_id == colleague.pk
    for act in (
        lambda: committee.fund_request_review_start(actor=actor(colleague), request_id=made.pk),
        lambda: committee.fund_request_vote(
            actor=actor(colleague), request_id=made.pk, value="for"
        ),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert code_of(refused) == "RECUSED"
    assert not Minute.objects.filter(by=colleague).exists()


def test_who_joins_the_company_or_the_committee_later_is_recused_too(by):
    made = factories.submitted(by)
    committee.fund_request_review_start(actor=actor(by.chair), request_id=made.pk)
    late = colleague_of(by)
    Membership.objects.create(
        user=by.members[0], organisation=by.company, role=Role.EMPLOYEE, since=date(2026, 1, 1)
    )
    for member in (late, by.members[0]):
        with pytest.raises(Refusal) as refused:
            committee.fund_request_vote(actor=actor(member), request_id=made.pk, value="for")
        assert code_of(refused) == "RECUSED"


def test_an_applicant_on_the_committee_takes_no_part(by):
    Membership.objects.create(
        user=by.applicant,
        organisation=by.fund.organisation,
        role=Role.COMMITTEE_CHAIR,
        since=date(2026, 1, 1),
    )
    made = factories.voted(by)
    with pytest.raises(Refusal) as refused:
        committee.fund_request_decide(
            actor=actor(by.applicant), request_id=made.pk, award_cents=40_000
        )
    assert code_of(refused) == "RECUSED"
    assert not Minute.objects.filter(by=by.applicant).exists()


def test_a_declared_conflict_recuses(by):
    made = factories.submitted(by)
    for _ in range(2):
        committee.conflict_declare(actor=actor(by.members[0]), request_id=made.pk)
    assert Minute.objects.filter(event=Event.CONFLICT_DECLARED, by=by.members[0]).count() == 1
    with pytest.raises(Refusal) as refused:
        committee.fund_request_review_start(actor=actor(by.members[0]), request_id=made.pk)
    assert code_of(refused) == "RECUSED"


def test_a_conflict_is_declared_before_the_vote(by):
    made = factories.voted(by)
    with pytest.raises(Refusal) as refused:
        committee.conflict_declare(actor=actor(by.members[0]), request_id=made.pk)
    assert code_of(refused) == "ALREADY_VOTED"


def also_treasurer(by, user):
    Membership.objects.create(
        user=user, organisation=by.fund.organisation, role=Role.TREASURER, since=date(2026, 1, 1)
    )
    return user


@pytest.mark.parametrize("who", ["member", "chair", "applicant"])
def test_who_asks_votes_or_decides_does_not_pay(by, who):
    made = factories.approved(by)
    payer = {"member": by.members[0], "chair": by.chair, "applicant": by.applicant}[who]
    also_treasurer(by, payer)
    with pytest.raises(Refusal) as refused:
        awards.award_pay(actor=actor(payer), request_id=made.pk)
    assert code_of(refused) == "PAYER_DECIDED"
    assert reserved(by) == 40_000


PAY = """UPDATE solidarity_fund_award
    SET status = 'paid', paid_by_id = %s, paid_at = now(), lot_account_id = 1"""


@pytest.mark.parametrize("who", ["member", "chair", "applicant"])
def test_the_database_too_keeps_deciding_and_paying_apart(by, who):
    factories.approved(by)
    payer = {"member": by.members[0], "chair": by.chair, "applicant": by.applicant}[who]
    with (
        pytest.raises(IntegrityError, match="does not pay"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(PAY, [payer.pk])


def test_without_its_trigger_a_decider_would_pay(by):
    factories.approved(by)
    factories.unguarded("DROP TRIGGER solidarity_fund_award_guard ON solidarity_fund_award")
    with connection.cursor() as cursor:
        cursor.execute(PAY, [by.chair.pk])
    assert Award.objects.get().paid_by_id == by.chair.pk


def test_an_award_is_paid_once(by):
    made = factories.approved(by)
    awards.award_pay(actor=actor(by.treasurer), request_id=made.pk)
    with pytest.raises(Refusal) as refused:
        awards.award_pay(actor=actor(by.treasurer), request_id=made.pk)
    assert code_of(refused) == "AWARD_PAID"


@pytest.mark.parametrize("stage", ["draft", "submitted", "voted", "approved"])
def test_the_applicant_withdraws_until_it_is_closed(by, stage):
    if stage == "draft":
        made = requests.fund_request_create(
            actor=actor(by.applicant), fund=by.fund, asked=factories.asked()
        )
    else:
        made = getattr(factories, stage)(by)
    requests.fund_request_withdraw(actor=actor(by.applicant), request_id=made.pk)
    assert status(made) == RequestStatus.WITHDRAWN
    assert (fund_balance_cents(by.fund.pk), reserved(by)) == (500_000, 0)
    with pytest.raises(Refusal) as refused:
        requests.fund_request_withdraw(actor=actor(by.applicant), request_id=made.pk)
    assert code_of(refused) == "REQUEST_CLOSED"
    assert verify() == []


def test_what_is_paid_is_not_withdrawn(by):
    made = factories.approved(by)
    awards.award_pay(actor=actor(by.treasurer), request_id=made.pk)
    with pytest.raises(Refusal) as refused:
        requests.fund_request_withdraw(actor=actor(by.applicant), request_id=made.pk)
    assert code_of(refused) == "REQUEST_CLOSED"


def test_a_reservation_ends_where_nobody_pays(by):
    made = factories.approved(by)
    last_day = Award.objects.get().pay_until
    assert awards.awards_expire(on=last_day) == 0
    assert awards.awards_expire(on=last_day + timedelta(days=1)) == 1
    assert awards.awards_expire(on=last_day + timedelta(days=1)) == 0
    assert status(made) == RequestStatus.EXPIRED
    assert (fund_balance_cents(by.fund.pk), reserved(by)) == (500_000, 0)
    with pytest.raises(Refusal) as refused:
        awards.award_pay(actor=actor(by.treasurer), request_id=made.pk)
    assert code_of(refused) == "NOT_APPROVED"


@pytest.mark.parametrize(
    "write",
    [
        "UPDATE solidarity_fund_minute SET event = 'paid'",
        "DELETE FROM solidarity_fund_minute",
        "TRUNCATE solidarity_fund_minute",
        "UPDATE solidarity_fund_vote SET value = 'against'",
        "DELETE FROM solidarity_fund_vote",
        "UPDATE solidarity_fund_decision SET cents = 1",
        "DELETE FROM solidarity_fund_decision",
        "UPDATE solidarity_fund_award SET cents = 1",
        "DELETE FROM solidarity_fund_award",
        "UPDATE solidarity_fund_fundrequest SET asked_cents = 1",
        "UPDATE solidarity_fund_fundrequest SET applicant_id = applicant_id + 1",
        "DELETE FROM solidarity_fund_fundrequest",
        "UPDATE solidarity_fund_regulation SET quorum = 1",
        "DELETE FROM solidarity_fund_article",
        "UPDATE solidarity_fund_scalepoint SET share_bps = 1",
        "UPDATE solidarity_fund_requestreason SET code = 'any'",
    ],
)
def test_what_happened_and_under_which_rules_stays(by, write):
    factories.approved(by)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(write)


def test_without_its_trigger_the_minutes_could_be_rewritten(by):
    factories.submitted(by)
    factories.unguarded("DROP TRIGGER solidarity_fund_append_only ON solidarity_fund_minute")
    Minute.objects.update(event="paid")


def test_the_database_counts_no_vote_of_who_is_recused(by):
    colleague = colleague_of(by)
    made = factories.submitted(by)
    committee.fund_request_review_start(actor=actor(by.chair), request_id=made.pk)
    for member in (colleague, by.applicant):
        with pytest.raises(IntegrityError, match="may not vote"), transaction.atomic():
            Vote.objects.create(request=made, member=member, value="for")


def test_a_committee_sees_only_requests_of_its_own_fund(by):
    made = factories.submitted(by)
    other = factories.committee()
    assert list(selectors.requests_before(actor(other.chair))) == []
    for act in (
        lambda: committee.fund_request_review_start(actor=actor(other.chair), request_id=made.pk),
        lambda: committee.conflict_declare(actor=actor(other.chair), request_id=made.pk),
        lambda: awards.award_pay(actor=actor(other.treasurer), request_id=made.pk),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert code_of(refused) == "NOT_FOUND"


def test_a_draft_is_its_applicants_alone(by):
    made = requests.fund_request_create(
        actor=actor(by.applicant), fund=by.fund, asked=factories.asked()
    )
    assert list(selectors.requests_before(actor(by.chair))) == []
    with pytest.raises(Refusal) as refused:
        requests.fund_request_submit(actor=actor(factories.employee()), request_id=made.pk)
    assert code_of(refused) == "NOT_FOUND"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"reason": "holiday"}, "REASON_UNKNOWN"),
        ({"description": "  "}, "DESCRIPTION_MISSING"),
        ({"description": "x" * 4_001}, "DESCRIPTION_TOO_LONG"),
        ({"household": 0}, "INVALID_HOUSEHOLD"),
        ({"household": 21}, "INVALID_HOUSEHOLD"),
        ({"asked_cents": 0}, "INVALID_AMOUNT"),
        ({"isee_cents": -1}, "INVALID_AMOUNT"),
    ],
)
def test_what_no_committee_could_examine_is_refused(by, facts, code):
    with pytest.raises(Refusal) as refused:
        requests.fund_request_create(
            actor=actor(by.applicant), fund=by.fund, asked=factories.asked(**facts)
        )
    assert code_of(refused) == code
    assert not FundRequest.objects.exists()


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 11, 22), 12, date(2027, 11, 22)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_after(day, months, then):
    assert awards.months_after(day, months) == then
