"""What arrives many times at once happens once, and what would happen without a guard."""

from __future__ import annotations

from threading import Barrier

import pytest

from marketplace.companies.models import Allocation, AllocationLine, TopUp, TopUpStatus
from marketplace.companies.services.allocations import CreditLine, credit_allocate
from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, post
from marketplace.ledger.verification import verify
from marketplace.payments.models import StripeEvent
from marketplace.people.actor import actor_of
from marketplace.refusals import Refusal
from tests.at_once import at_once
from tests.companies import factories
from tests.companies.stripe_events import deliver, event, intent

TIMES = 8


@pytest.fixture
def top_up(committed_db):
    return factories.top_up(factories.company())


def test_one_event_delivered_eight_times_at_once_is_one_payment(top_up):
    succeeded = event(intent(top_up))
    assert at_once(lambda _n: deliver(succeeded), TIMES) == [200] * TIMES
    assert factories.budget(top_up.company) == top_up.amount_cents
    assert StripeEvent.objects.count() == 1
    assert verify() == []


def test_eight_events_of_one_success_at_once_are_one_payment(top_up):
    events = [event(intent(top_up)) for _ in range(TIMES)]
    assert at_once(lambda n: deliver(events[n]), TIMES) == [200] * TIMES
    assert factories.budget(top_up.company) == top_up.amount_cents
    assert StripeEvent.objects.count() == TIMES


def test_without_event_row_lock_and_key_it_would_be_many(top_up):
    """The twin: look, then post under a key of one's own, as a webhook without guards does."""
    looked = Barrier(TIMES)
    world = account(AccountKind.WORLD, 0)
    budget = account(AccountKind.COMPANY_BUDGET, top_up.company_id)

    def unguarded(number: int) -> None:
        unpaid = TopUp.objects.get(pk=top_up.pk).status != TopUpStatus.SUCCEEDED
        looked.wait(timeout=30)
        if unpaid:
            cents = top_up.amount_cents
            legs = [Leg(world, -cents), Leg(budget, cents)]
            post(kind="top_up", key=f"unguarded:{number}", legs=legs)

    at_once(unguarded, TIMES)
    assert factories.budget(top_up.company) == TIMES * top_up.amount_cents


class TestAllocations:
    @pytest.fixture
    def company(self, committed_db):
        company = factories.company()
        factories.paid_in(company, 100_00)
        return company

    @pytest.fixture
    def give(self, company):
        plan, line = factories.plan(company), CreditLine(factories.employment(company).pk, 60_00)
        manager = factories.manager(company)

        def give(key):
            try:
                made = credit_allocate(
                    actor=actor_of(manager), plan_id=plan.pk, lines=[line], idempotency_key=key
                )
            except Refusal as refusal:
                return refusal.code
            return made.pk

        return give

    def test_one_key_eight_times_at_once_gives_once(self, company, give):
        assert len(set(at_once(lambda _n: give("key"), TIMES))) == 1
        assert factories.budget(company) == 40_00
        assert AllocationLine.objects.count() == 1

    def test_eight_at_once_never_give_more_than_there_is(self, company, give):
        answers = at_once(lambda n: give(f"key-{n}"), TIMES)
        assert answers.count("INSUFFICIENT_FUNDS") == TIMES - 1
        assert factories.budget(company) == 40_00
        assert Allocation.objects.count() == 1
        assert verify() == []
