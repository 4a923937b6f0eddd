"""Checkpoints shorten what a balance reads and change no balance; the clock's tasks run them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from marketplace import background
from marketplace.ledger import checkpoints, holds, posting, selectors, tasks
from marketplace.ledger.posting import Leg
from marketplace.ledger.verification import verify
from tests import databases
from tests.ledger.factories import NEXT_YEAR, fund, give, lot, unique, world

WALLET = 7


def checkpoint_rows() -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (account_id) account_id, cents FROM ledger_checkpoint"
            " ORDER BY account_id, through_id DESC"
        )
        return dict(cursor.fetchall())


def test_accounts_with_enough_entries_get_one(committed_db):
    for _ in range(3):
        give(fund(1), 5)
    give(fund(2), 7)
    assert checkpoints.checkpoint(3) == 2
    assert checkpoint_rows() == {fund(1): 15, world(): -22}
    assert checkpoints.checkpoint(1) == 0  # nothing came since

    for _ in range(2):
        give(fund(1), 5)
        give(fund(2), 7)
    # fund 2: three since its beginning; the world: four
    assert checkpoints.checkpoint(3) == 2
    assert checkpoint_rows() == {fund(1): 15, fund(2): 21, world(): -46}
    assert selectors.balances([fund(1), fund(2)]) == {fund(1): 25, fund(2): 21}
    assert verify() == []
    assert [entry.balance_cents for entry in selectors.account_statement(fund(1))] == [
        25, 20, 15, 10, 5
    ]  # fmt: skip
    deep = selectors.account_statement(fund(1))[3:]
    assert [entry.balance_cents for entry in deep] == [10, 5]


def test_command_and_task(committed_db):
    give(fund(), 5)
    out = StringIO()
    call_command("ledger_checkpoint", "--least", "1", stdout=out)
    assert out.getvalue() == "2 checkpoints made.\n"
    give(fund(), 5)
    assert tasks.checkpoint() == 0  # one entry since is too few


def test_each_has_keys_accounts_and_checkpoints_of_its_own(committed_db, elsewhere):
    legs = {1: [Leg(world(), -5), Leg(fund(), 5)]}
    legs[2] = elsewhere(lambda: [Leg(world(), -7), Leg(fund(), 7)])
    assert legs[1][0].account_id != legs[2][0].account_id
    assert not posting.post(kind="gift", key="gift", legs=legs[1]).replayed
    assert not elsewhere(posting.post, kind="gift", key="gift", legs=legs[2]).replayed
    assert checkpoints.checkpoint(1) == 2
    assert elsewhere(checkpoints.checkpoint, 1) == 2
    assert selectors.balance(fund()) == 5
    assert elsewhere(lambda: selectors.balance(fund())) == 7
    assert verify() == []


@contextmanager
def open_elsewhere() -> Iterator[None]:
    """A transaction that has written, in another database of the same server."""
    other = databases.other_connection("postgres")
    try:
        other.cursor().execute("BEGIN; SELECT pg_current_xact_id()")
        yield
    finally:
        other.close()


def test_other_databases_hold_nothing_up(committed_db):
    with open_elsewhere():
        give(fund(), 5)
        assert checkpoints.checkpoint(1) == 2


@pytest.mark.django_db
def test_not_inside_a_transaction():
    with transaction.atomic(), pytest.raises(RuntimeError):
        checkpoints.checkpoint()


@pytest.mark.django_db
def test_expired_holds_are_swept_by_the_clock():
    lot(WALLET, 100, NEXT_YEAR)
    held = {"wallet_id": WALLET, "cents": 10}
    now = timezone.now()
    holds.hold(key=unique(), expires_at=now - timedelta(seconds=1), **held)
    holds.hold(key=unique(), expires_at=now + timedelta(hours=1), **held)
    assert tasks.expire_holds() == 1
    assert selectors.wallet_balance(WALLET).total_cents == 90


def test_both_are_on_the_clock():
    assert {entry["task"] for entry in background.app.conf.beat_schedule.values()} >= {
        tasks.expire_holds.name,
        tasks.checkpoint.name,
    }
