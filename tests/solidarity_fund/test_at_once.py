"""Two at once: who decides, who pays, who reserves; each with a twin that shows the guard at work.

Both threads meet between the check and the write, as far as the guard lets both come so far.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from marketplace.ledger import accounts
from marketplace.ledger.selectors import balance
from marketplace.ledger.verification import verify
from marketplace.people.models import Membership, Role
from plugins.solidarity_fund import awards, committee
from plugins.solidarity_fund.accounts import fund_balance_cents, reserved_account_id
from plugins.solidarity_fund.models import Award, Decision, Event, Minute
from tests.at_once import Meeting, all_at_once, ended
from tests.solidarity_fund import factories
from tests.solidarity_fund.factories import actor

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_real_commits")]


@pytest.fixture
def _real_commits(committed_db):
    accounts.forget()
    yield
    accounts.forget()


def together(*acts: Callable[[], object]) -> list[str]:
    """Run the acts at once; how each ended, in alphabetical order."""

    def run(act: Callable[[], object]) -> str:
        try:
            return ended(act)
        except IntegrityError:
            return "IntegrityError"

    return sorted(all_at_once(*(partial(run, act) for act in acts)))


def meet_after(monkeypatch, module, name: str) -> None:
    """Let both threads through ``module.name`` before either goes on; or one, where a guard holds
    the other back."""
    meeting = Meeting()
    original = getattr(module, name)

    def met(*args, **kwargs):
        found = original(*args, **kwargs)
        meeting.come()
        return found

    monkeypatch.setattr(module, name, met)


def without_row_locks(monkeypatch) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)


def also(by, role: str, name: str):
    user = factories.person((role, by.fund.organisation), name=name)
    return actor(user)


def reserved(by) -> int:
    return balance(reserved_account_id(by.fund.pk))


def decide_twice(by, made):
    chairs = [actor(by.chair), also(by, Role.COMMITTEE_CHAIR, "Carlo")]
    return together(
        *(
            lambda chair=chair: committee.fund_request_decide(
                actor=chair, request_id=made.pk, award_cents=40_000
            )
            for chair in chairs
        )
    )


def test_two_chairs_decide_once(monkeypatch):
    by = factories.committee()
    made = factories.voted(by)
    meet_after(monkeypatch, committee, "tally_of")
    assert decide_twice(by, made) == ["DONE", "REQUEST_DECIDED"]
    assert (fund_balance_cents(by.fund.pk), reserved(by)) == (460_000, 40_000)
    assert Decision.objects.count() == 1
    assert verify() == []


def test_without_its_lock_the_second_decision_meets_the_unique_key(monkeypatch):
    by = factories.committee()
    made = factories.voted(by)
    without_row_locks(monkeypatch)
    meet_after(monkeypatch, committee, "tally_of")
    assert decide_twice(by, made) == ["DONE", "IntegrityError"]
    assert Decision.objects.count() == 1


def test_without_lock_and_keys_two_decisions_stand(monkeypatch):
    by = factories.committee()
    made = factories.voted(by)
    for table in ("decision", "award"):
        factories.unguarded(
            f"ALTER TABLE solidarity_fund_{table}"
            f" DROP CONSTRAINT solidarity_fund_{table}_request_id_key"
        )
    without_row_locks(monkeypatch)
    meet_after(monkeypatch, committee, "tally_of")
    assert decide_twice(by, made) == ["DONE", "DONE"]
    assert Decision.objects.count() == Award.objects.count() == 2


def pay_twice(by, made):
    treasurers = [actor(by.treasurer), also(by, Role.TREASURER, "Tom")]
    return together(
        *(
            lambda treasurer=treasurer: awards.award_pay(actor=treasurer, request_id=made.pk)
            for treasurer in treasurers
        )
    )


def paid_minutes() -> int:
    return Minute.objects.filter(event=Event.PAID).count()


def test_two_treasurers_pay_once(monkeypatch):
    by = factories.committee()
    made = factories.approved(by)
    meet_after(monkeypatch, awards, "_require_did_not_decide")
    assert pay_twice(by, made) == ["AWARD_PAID", "DONE"]
    assert balance(Award.objects.get().lot_account_id) == 40_000
    assert (reserved(by), paid_minutes()) == (0, 1)
    assert verify() == []


def test_without_lock_and_trigger_both_say_that_they_paid(monkeypatch):
    by = factories.committee()
    made = factories.approved(by)
    factories.unguarded("DROP TRIGGER solidarity_fund_award_guard ON solidarity_fund_award")
    without_row_locks(monkeypatch)
    meet_after(monkeypatch, awards, "_require_did_not_decide")
    assert pay_twice(by, made) == ["DONE", "DONE"]
    assert paid_minutes() == 2
    # The ledger's key has still paid once.
    assert balance(Award.objects.get().lot_account_id) == 40_000


def reserve_two(by):
    """Two requests of two people, decided at once by two chairs."""
    made = [factories.voted(by), factories.voted(by, applicant=factories.employee())]
    chairs = [actor(by.chair), also(by, Role.COMMITTEE_CHAIR, "Carlo")]
    return together(
        *(
            lambda chair=chair, request=request: committee.fund_request_decide(
                actor=chair, request_id=request.pk, award_cents=40_000
            )
            for chair, request in zip(chairs, made, strict=True)
        )
    )


def test_what_the_fund_can_cover_once_is_reserved_once(monkeypatch):
    by = factories.committee(money_cents=50_000)
    monkeypatch.setattr(committee, "lock_fund", lambda _fund_id: None)
    meet_after(monkeypatch, committee, "_check_motivation")
    assert reserve_two(by) == ["DONE", "FUND_TOO_LOW"]
    assert (fund_balance_cents(by.fund.pk), reserved(by)) == (10_000, 40_000)
    assert verify() == []


def test_without_its_guard_the_fund_goes_below_zero(monkeypatch):
    by = factories.committee(money_cents=50_000)
    guarded = awards.post
    monkeypatch.setattr(awards, "post", lambda **posting: guarded(**{**posting, "require": None}))
    assert reserve_two(by) == ["DONE", "DONE"]
    assert fund_balance_cents(by.fund.pk) == -30_000


def two_of_one_person(by):
    """Two requests of one person, each within the year's limit, not both; decided at once."""
    made = [factories.voted(by, asked_cents=90_000) for _ in range(2)]
    chairs = [actor(by.chair), also(by, Role.COMMITTEE_CHAIR, "Carlo")]
    return together(
        *(
            lambda chair=chair, request=request: committee.fund_request_decide(
                actor=chair, request_id=request.pk, award_cents=90_000
            )
            for chair, request in zip(chairs, made, strict=True)
        )
    )


def test_a_years_limit_holds_for_two_decisions_at_once(monkeypatch):
    by = factories.committee(most_yearly_cents=100_000)
    meet_after(monkeypatch, committee, "_check_award")
    assert two_of_one_person(by) == ["AWARD_ABOVE_YEARLY", "DONE"]


def test_without_the_funds_lock_both_would_pass_the_years_limit(monkeypatch):
    by = factories.committee(most_yearly_cents=100_000)
    monkeypatch.setattr(committee, "lock_fund", lambda _fund_id: None)
    meet_after(monkeypatch, committee, "_check_award")
    assert two_of_one_person(by) == ["DONE", "DONE"]
    assert reserved(by) == 180_000


def test_requests_drafted_at_once_have_numbers_of_their_own():
    by = factories.committee()
    people = [actor(factories.employee()) for _ in range(6)]
    drafts = together(
        *(
            lambda who=who: factories.requests.fund_request_create(
                actor=who, fund=by.fund, asked=factories.asked()
            )
            for who in people
        )
    )
    assert drafts == ["DONE"] * 6
    numbers = by.fund.requests.values_list("number", flat=True)
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_who_becomes_treasurer_while_voting_still_does_not_pay():
    by = factories.committee()
    made = factories.approved(by)
    Membership.objects.create(
        user=by.members[0],
        organisation=by.fund.organisation,
        role=Role.TREASURER,
        since=date(2026, 1, 1),
    )
    payers = [actor(by.members[0]), actor(by.treasurer)]
    how = together(
        *(lambda who=who: awards.award_pay(actor=who, request_id=made.pk) for who in payers)
    )
    assert "DONE" in how
    assert Award.objects.get().paid_by_id == by.treasurer.pk
