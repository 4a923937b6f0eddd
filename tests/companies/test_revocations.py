"""Credit taken back: only what is unspent, only where the company gave it freely."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.api.entities import to_global
from marketplace.companies.models import Allocation, PlanSource, Revocation
from marketplace.companies.services.allocations import CreditLine, credit_allocate
from marketplace.companies.services.revocations import credit_revoke
from marketplace.ledger.accounts import account
from marketplace.ledger.models import Account, AccountKind
from marketplace.ledger.posting import Leg, SpendLots, post
from marketplace.ledger.selectors import balance
from marketplace.ledger.verification import verify
from marketplace.people.actor import actor_of
from marketplace.refusals import Refusal
from tests.at_once import at_once
from tests.companies import factories

REVOKE = """mutation($id: ID!) { creditRevoke(allocationLineId: $id) {
  amount { amount } errors { field code message } } }"""


def given(company, manager, **terms):
    """100 euro of credit for one employee, out of a budget of 100."""
    factories.paid_in(company, 100_00)
    made = credit_allocate(
        actor=actor_of(manager),
        plan_id=factories.plan(company, **terms).pk,
        lines=[CreditLine(factories.employment(company).pk, 100_00)],
        idempotency_key="key",
    )
    return made.lines.get()


def spend(line, cents: int) -> None:
    wallet_id = Account.objects.get(pk=line.lot_account_id).holder_id
    provider = account(AccountKind.PROVIDER_PAYABLE, 1)
    post(
        kind="purchase",
        key=f"purchase:{cents}",
        legs=[Leg(provider, cents)],
        spend=SpendLots(wallet_id, cents),
    )


def asked(line):
    return {"id": to_global("CreditAllocationLine", line.pk)}


@pytest.mark.django_db
class TestRevoking:
    @pytest.fixture
    def company(self):
        return factories.company()

    @pytest.fixture
    def manager(self, company):
        return factories.manager(company)

    def test_what_is_unspent_goes_back_once(self, api, company, manager):
        line = given(company, manager)
        spend(line, 30_00)
        answer = api.data(REVOKE, asked(line), user=manager)["creditRevoke"]
        assert answer == {"amount": {"amount": 70.0}, "errors": []}
        assert (factories.budget(company), balance(line.lot_account_id)) == (70_00, 0)
        assert api.refused(REVOKE, asked(line), user=manager) == ["NOTHING_UNSPENT"]
        assert factories.budget(company) == 70_00

    @pytest.mark.parametrize("source", [PlanSource.CONTRACT, PlanSource.COMPANY_REGULATION])
    def test_what_is_due_stays(self, api, company, manager, source):
        line = given(company, manager, source=source, source_reference="CCNL 2026")
        errors = api.data(REVOKE, asked(line), user=manager)["creditRevoke"]["errors"]
        assert [error["code"] for error in errors] == ["REVOCATION_NOT_ALLOWED"]
        assert "CCNL 2026" in errors[0]["message"]
        assert factories.budget(company) == 0

    def test_what_has_expired_is_not_taken_before_it_lapses(self, api, company, manager):
        line = given(company, manager)
        yesterday = timezone.localdate() - timedelta(days=1)
        Allocation.objects.update(expires_on=yesterday)
        assert api.refused(REVOKE, asked(line), user=manager) == ["CREDIT_EXPIRED"]
        assert factories.budget(company) == 0

    def test_only_a_manager_of_the_company_takes_back(self, api, company, manager):
        line = given(company, manager)
        assert api.refused(REVOKE, asked(line)) == ["NOT_SIGNED_IN"]
        for user in (line.employment.user, factories.operator()):
            assert api.refused(REVOKE, asked(line), user=user) == ["PERMISSION_DENIED"]
        other = factories.manager(factories.company())
        assert api.refused(REVOKE, asked(line), user=other) == ["NOT_FOUND"]
        assert api.refused(REVOKE, {"id": "nonsense"}, user=manager) == ["INVALID_ID"]
        assert balance(line.lot_account_id) == 100_00
        assert not Revocation.objects.exists()


def test_taken_back_eight_times_at_once_goes_back_once(committed_db):
    company = factories.company()
    manager = factories.manager(company)
    line = given(company, manager)

    def revoke(_number):
        try:
            credit_revoke(actor=actor_of(manager), allocation_line_id=line.pk)
        except Refusal as refusal:
            return refusal.code
        return "done"

    assert sorted(at_once(revoke, 8)) == ["NOTHING_UNSPENT"] * 7 + ["done"]
    assert factories.budget(company) == 100_00
    assert verify() == []
