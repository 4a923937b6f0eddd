"""Balances in one query, statements with a running balance in two."""

from datetime import timedelta

import pytest

from marketplace.api.pages import page
from marketplace.ledger import holds, selectors
from tests.ledger.factories import (
    NEXT_YEAR,
    TODAY,
    YESTERDAY,
    budget,
    fund,
    give,
    lot,
    provider,
    spend,
    world,
)
from tests.ledger.test_holds import SOON

pytestmark = pytest.mark.django_db
WALLET = 7


def test_balances_of_every_kind_in_one_query(django_assert_num_queries):
    accounts = [budget(500), lot(WALLET, 30), provider(), fund(), world(), 999_999]
    spend(WALLET, 10)
    with django_assert_num_queries(1):
        cents = selectors.balances(accounts)
    assert [cents[account] for account in accounts] == [500, 20, 10, 0, -530, 0]


def test_wallet_balance_has_what_can_be_spent_in_its_order(django_assert_num_queries):
    late, soon = lot(WALLET, 10, NEXT_YEAR), lot(WALLET, 20, TODAY)
    lot(WALLET, 40, YESTERDAY)
    lot(WALLET, 0, NEXT_YEAR)
    with django_assert_num_queries(1):
        balance = selectors.wallet_balance(WALLET, TODAY)
    assert balance == (30, [(soon, 20, TODAY), (late, 10, NEXT_YEAR)])
    assert selectors.wallet_balance(WALLET, TODAY + timedelta(days=1)).total_cents == 10
    assert selectors.wallet_balance(8, TODAY) == (0, [])


def lines(statement) -> list[tuple[str, int, int]]:
    return [(line.transfer.kind, line.cents, line.balance_cents) for line in statement]


@pytest.fixture
def moves():
    first, _second = lot(WALLET, 100, TODAY), lot(WALLET, 100)
    spend(WALLET, 130)
    held = holds.hold(key="h", wallet_id=WALLET, cents=20, expires_at=SOON, on=TODAY)
    holds.void_hold(hold_id=held.hold_id, key="v")
    return first


WALLET_LINES = [
    # kind        cents  balance
    ("void", 20, 70),
    ("hold", -20, 50),
    ("purchase", -30, 70),
    ("purchase", -100, 100),
    ("top_up", 100, 200),
    ("top_up", 100, 100),
]


def test_statement_of_a_wallet(moves):
    assert lines(selectors.wallet_statement(WALLET)) == WALLET_LINES


def test_statement_of_an_account(moves):
    assert lines(selectors.account_statement(moves)) == [
        ("purchase", -100, 0),
        ("top_up", 100, 100),
    ]


def test_statement_of_nothing():
    assert lines(selectors.wallet_statement(WALLET)) == []


@pytest.mark.parametrize("size", [1, 2, 4, 6, 7])
def test_pages_forwards_and_backwards(moves, size, django_assert_num_queries):
    statement = selectors.wallet_statement(WALLET)
    forwards, cursor, more = [], None, True
    while more:
        with django_assert_num_queries(2):
            got = page(statement, first=size, after=cursor)
        forwards += lines(edge.node for edge in got.edges)
        cursor, more = got.page_info.end_cursor, got.page_info.has_next_page
    assert forwards == WALLET_LINES

    backwards, cursor, more = [], None, True
    while more:
        got = page(statement, last=size, before=cursor)
        backwards = lines(edge.node for edge in got.edges) + backwards
        cursor, more = got.page_info.start_cursor, got.page_info.has_previous_page
    assert backwards == WALLET_LINES


def test_what_arrives_meanwhile_moves_no_page(moves):
    statement = selectors.wallet_statement(WALLET)
    first = page(statement, first=3)
    give(moves, 5)
    second = page(statement, first=3, after=first.page_info.end_cursor)
    assert lines(edge.node for edge in second.edges) == WALLET_LINES[3:]


def test_expired_lots_are_those_with_money():
    gone = lot(WALLET, 40, YESTERDAY)
    lot(WALLET, 0, YESTERDAY)
    lot(WALLET, 5, TODAY)
    assert selectors.expired_lots(TODAY) == [(gone, 40, YESTERDAY)]
