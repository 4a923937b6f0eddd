"""Accounts are opened once; lots are found again by their key."""

import pytest
from django.db import transaction

from marketplace.ledger import accounts
from marketplace.ledger.accounts import NewLot
from marketplace.ledger.models import Account, AccountKind
from marketplace.refusals import Refusal
from tests.at_once import at_once
from tests.ledger.factories import NEXT_YEAR, TODAY

WALLET = 7


@pytest.mark.django_db
class TestOpening:
    def test_same_holder_same_account(self):
        first = accounts.account(AccountKind.FUND, 1)
        assert accounts.account("fund", 1) == first
        assert accounts.account(AccountKind.FUND, 2) != first
        assert accounts.account(AccountKind.COMPANY_LEVY, 1) != first

    def test_many_in_a_constant_number_of_statements(self, django_assert_num_queries):
        with django_assert_num_queries(3):
            opened = accounts.accounts(AccountKind.PROVIDER_PAYABLE, range(1, 51))
        with django_assert_num_queries(1):
            assert accounts.accounts(AccountKind.PROVIDER_PAYABLE, range(1, 51)) == opened
        assert len(set(opened.values())) == 50

    def test_a_wallet_has_no_account_but_lots(self):
        with pytest.raises(ValueError, match="open_lot"):
            accounts.account(AccountKind.CREDIT_LOT, 1)

    def test_lots_in_the_order_asked_for(self):
        lots = [
            NewLot(WALLET, TODAY, "b"),
            NewLot(WALLET, NEXT_YEAR),
            NewLot(WALLET + 1, NEXT_YEAR, "a"),
            NewLot(WALLET, NEXT_YEAR),
        ]
        ids = accounts.open_lots(lots)
        found = Account.objects.in_bulk(ids)
        assert [(found[i].holder_id, found[i].expires_on, found[i].key) for i in ids] == [
            tuple(new) for new in lots
        ]
        assert len(set(ids)) == 4

    def test_a_key_finds_its_lot_again(self):
        lots = [NewLot(WALLET, TODAY, "a"), NewLot(WALLET, TODAY, "b")]
        ids = accounts.open_lots(lots)
        assert accounts.open_lots([*lots, NewLot(WALLET, TODAY, "c")])[:2] == ids
        assert accounts.open_lot(wallet_id=WALLET, expires_on=NEXT_YEAR, key="a") == ids[0]

    def test_a_key_of_another_wallet_is_refused(self):
        accounts.open_lot(wallet_id=WALLET, expires_on=TODAY, key="a")
        with pytest.raises(Refusal, match="IDEMPOTENCY_CONFLICT"):
            accounts.open_lot(wallet_id=WALLET + 1, expires_on=TODAY, key="a")


def test_cached_after_the_commit_only(committed_db, django_assert_num_queries):
    with transaction.atomic():
        gone = accounts.account(AccountKind.FUND, 1)
        transaction.set_rollback(True)
    kept = accounts.account(AccountKind.FUND, 1)
    assert kept != gone
    with django_assert_num_queries(0):
        assert accounts.account(AccountKind.FUND, 1) == kept


def test_opened_once_by_many_at_the_same_time(committed_db):
    assert len(set(at_once(lambda _n: accounts.accounts(AccountKind.FUND, [1])[1]))) == 1
