"""post(): balanced, floored, idempotent, earliest expiry first, and refused without a trace."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from marketplace.ledger import posting, selectors
from marketplace.ledger.posting import Leg, Refill, SpendLots
from marketplace.refusals import Refusal
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
    unique,
    world,
)

pytestmark = pytest.mark.django_db
WALLET = 7


def rows() -> tuple[int, int, int]:
    """Counts that tell whether anything was written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM ledger_transfer), (SELECT count(*) FROM ledger_entry),"
            " (SELECT coalesce(sum(cents), 0) FROM ledger_balance)"
        )
        return cursor.fetchone()


def refused(code: str, **posting_arguments) -> Refusal:
    """The refusal of this posting, after which nothing is written and the transaction goes on."""
    before = rows()
    with pytest.raises(Refusal) as caught:
        posting.post(**{"kind": "test", "key": unique(), "legs": [], **posting_arguments})
    assert caught.value.code == code
    assert caught.value.message
    assert rows() == before
    return caught.value


def test_top_up_moves_money_from_the_world_to_the_budget():
    account_id = budget(50_000)
    assert selectors.balances([account_id, world()]) == {account_id: 50_000, world(): -50_000}


def test_posting_is_one_statement(django_assert_num_queries):
    lot(WALLET, 1001)
    legs = [Leg(provider(), 970), Leg(fund(), 30)]
    spend(WALLET, 1)  # a connection's first one is prepared
    with django_assert_num_queries(1):
        posted = posting.post(
            kind="purchase", key="order:1", legs=legs, spend=SpendLots(WALLET, 1000)
        )
    assert posted.entries[1:] == tuple(legs)


def test_legs_of_zero_are_left_out():
    posted = posting.post(
        kind="t", key="k", legs=[Leg(world(), -5), Leg(fund(), 0), Leg(provider(), 5)]
    )
    assert posted.entries == (Leg(world(), -5), Leg(provider(), 5))


@pytest.mark.parametrize(
    ("legs", "code"),
    [
        ([], "EMPTY_TRANSFER"),
        ([(world, 0)], "EMPTY_TRANSFER"),
        ([(world, -5), (provider, 4)], "UNBALANCED_TRANSFER"),
        ([(world, -5), (lambda: 999_999, 5)], "UNKNOWN_ACCOUNT"),
        ([(lambda: budget(4), -5), (provider, 5)], "INSUFFICIENT_FUNDS"),
        ([(lambda: lot(WALLET, 4), -5), (provider, 5)], "INSUFFICIENT_CREDIT"),
    ],
)
def test_refused_legs(legs, code):
    refused(code, legs=[Leg(account(), cents) for account, cents in legs])


def test_lots_are_spent_earliest_expiry_first():
    # lot      cents  expires      taken of 250
    late = lot(WALLET, 300, NEXT_YEAR)  # 50
    early = lot(WALLET, 100, TODAY)  # 100, its last day
    gone = lot(WALLET, 500, YESTERDAY)  # nothing: expired
    middle = lot(WALLET, 100, TODAY + timedelta(days=9))  # 100
    posted = spend(WALLET, 250)
    assert posted.entries == (
        Leg(early, -100),
        Leg(middle, -100),
        Leg(late, -50),
        Leg(provider(), 250),
    )
    assert selectors.balances([early, middle, late, gone]) == {
        early: 0,
        middle: 0,
        late: 250,
        gone: 500,
    }


def test_too_little_credit_says_how_much_there_is():
    lot(WALLET, 300)
    lot(WALLET, 300, YESTERDAY)
    lot(WALLET + 1, 300)
    refusal = refused(
        "INSUFFICIENT_CREDIT", legs=[Leg(provider(), 301)], spend=SpendLots(WALLET, 301), on=TODAY
    )
    assert refusal.facts == {"available_cents": 300}


@pytest.mark.parametrize("cents", [0, -1])
def test_spending_nothing_or_less_is_refused(cents):
    lot(WALLET, 300)
    refused("INVALID_AMOUNT", legs=[Leg(provider(), cents)], spend=SpendLots(WALLET, cents))


def test_same_key_same_request_replays_even_when_the_wallet_is_empty_and_a_day_later():
    lot(WALLET, 300)
    first = spend(WALLET, 300, key="order:1")
    before = rows()
    again = spend(WALLET, 300, key="order:1", on=TODAY + timedelta(days=1))
    assert again == first._replace(replayed=True)
    assert rows() == before


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "other"},
        {"reference": "other"},
        {"legs": [Leg(1, -6), Leg(2, 6)]},
        {"legs": [Leg(2, -5), Leg(1, 5)]},
        {"legs": [], "spend": SpendLots(1, 5)},
        {"legs": [], "refill": Refill(1, 5)},
    ],
)
def test_same_key_other_request_is_a_conflict(changed):
    request = {"kind": "t", "key": "k", "legs": [Leg(world(), -5), Leg(provider(), 5)]}
    posting.post(**request)
    refused("IDEMPOTENCY_CONFLICT", **(request | changed))


def test_a_refusal_leaves_the_outer_transaction_usable():
    with transaction.atomic():
        give(lot(WALLET, 0), 10)
        refused("INSUFFICIENT_CREDIT", legs=[Leg(provider(), 11)], spend=SpendLots(WALLET, 11))
        spend(WALLET, 10)
    assert selectors.balance(provider()) == 10


class TestRequire:
    def test_enough_remains(self):
        give(fund(), 100)
        posting.post(
            kind="reserve",
            key="award:1",
            legs=[Leg(fund(), -60), Leg(provider(), 60)],
            require=Leg(fund(), 40),
        )
        assert selectors.balance(fund()) == 40

    def test_too_little_would_remain(self):
        give(fund(), 100)
        refusal = refused(
            "INSUFFICIENT_FUNDS",
            legs=[Leg(fund(), -61), Leg(provider(), 61)],
            require=Leg(fund(), 40),
        )
        assert refusal.facts == {"available_cents": 60}


class TestRefill:
    """The refund of a purchase of 250 that took 100, 100 and 50."""

    @pytest.fixture
    def lots(self):
        return [
            lot(WALLET, 100, TODAY),
            lot(WALLET, 100, TODAY + timedelta(days=9)),
            lot(WALLET, 300, NEXT_YEAR),
        ]

    def refill(self, purchase, cents, *, on=TODAY, until=None):
        return posting.post(
            kind="refund",
            key=unique("refund"),
            legs=[Leg(provider(), -cents)],
            refill=Refill(purchase.transfer_id, cents, until),
            on=on,
        )

    @pytest.mark.parametrize(
        ("refunds", "given_back"),
        [
            #    cents       per lot, of 100, 100, 50 taken
            ([250], [[100, 100, 50]]),
            ([1], [[1, 0, 0]]),
            ([2], [[1, 1, 0]]),
            ([5], [[2, 2, 1]]),
            ([99], [[40, 39, 20]]),
            ([99, 151], [[40, 39, 20], [60, 61, 30]]),
            ([1, 1, 1, 247], [[1, 0, 0], [0, 1, 0], [1, 0, 0], [98, 99, 50]]),
        ],
    )
    def test_in_proportion_to_what_is_not_given_back_yet(self, lots, refunds, given_back):
        purchase = spend(WALLET, 250)
        for cents, shares in zip(refunds, given_back, strict=True):
            posted = self.refill(purchase, cents)
            assert dict(posted.entries) == {provider(): -cents} | {
                lot_id: share for lot_id, share in zip(lots, shares, strict=True) if share
            }

    def test_never_more_than_was_taken(self, lots):
        purchase = spend(WALLET, 250)
        self.refill(purchase, 200)
        refusal = refused(
            "REFILL_TOO_LARGE",
            legs=[Leg(provider(), -51)],
            refill=Refill(purchase.transfer_id, 51),
        )
        assert refusal.facts == {"available_cents": 50}

    def test_an_expired_lot_can_be_spent_until_the_day_granted(self, lots):
        purchase = spend(WALLET, 250)
        later, until = TODAY + timedelta(days=2), TODAY + timedelta(days=30)
        self.refill(purchase, 100, on=later, until=until)
        held = selectors.wallet_balance(WALLET, later).lots
        assert [(kept.account_id, kept.cents, kept.expires_on) for kept in held] == [
            (lots[1], 40, TODAY + timedelta(days=9)),
            (lots[0], 40, until),
            (lots[2], 270, NEXT_YEAR),
        ]

    def test_without_a_day_granted_it_stays_expired(self, lots):
        purchase = spend(WALLET, 250)
        self.refill(purchase, 100, on=TODAY + timedelta(days=2))
        assert [kept.account_id for kept in selectors.expired_lots(TODAY + timedelta(days=2))] == [
            lots[0]
        ]

    def test_of_an_unknown_transfer(self):
        refused("UNKNOWN_TRANSFER", legs=[Leg(provider(), -5)], refill=Refill(999_999, 5))

    def test_of_a_transfer_that_took_from_no_lot(self):
        top_up = give(provider(), 10)
        refused(
            "REFILL_TOO_LARGE", legs=[Leg(provider(), -5)], refill=Refill(top_up.transfer_id, 5)
        )

    @pytest.mark.parametrize("cents", [0, -5])
    def test_of_nothing_or_less(self, lots, cents):
        purchase = spend(WALLET, 250)
        refused(
            "INVALID_AMOUNT",
            legs=[Leg(provider(), -cents)],
            refill=Refill(purchase.transfer_id, cents),
        )


class TestReverse:
    def test_is_the_exact_opposite_once(self):
        taken = lot(WALLET, 300)
        purchase = spend(WALLET, 250)
        undone = posting.reverse(transfer_id=purchase.transfer_id, key="undo:1")
        assert undone.entries == (Leg(taken, 250), Leg(provider(), -250))
        assert posting.reverse(transfer_id=purchase.transfer_id, key="undo:1").replayed
        self.refused("ALREADY_REVERSED", purchase.transfer_id)

    def test_leaves_nothing_to_refill(self):
        lot(WALLET, 300)
        purchase = spend(WALLET, 250)
        posting.reverse(transfer_id=purchase.transfer_id, key="undo:1")
        refused(
            "REFILL_TOO_LARGE", legs=[Leg(provider(), -1)], refill=Refill(purchase.transfer_id, 1)
        )

    def test_of_what_was_partly_given_back(self):
        lot(WALLET, 300)
        purchase = spend(WALLET, 250)
        refund = posting.post(
            kind="refund",
            key="refund",
            legs=[Leg(provider(), -1)],
            refill=Refill(purchase.transfer_id, 1),
        )
        self.refused("ALREADY_REFILLED", purchase.transfer_id)
        self.refused("NOT_REVERSIBLE", refund.transfer_id)

    def test_of_credit_that_is_spent(self):
        credit = give(lot(WALLET, 0), 300)
        spend(WALLET, 1)
        self.refused("INSUFFICIENT_CREDIT", credit.transfer_id)

    def test_of_an_unknown_transfer(self):
        self.refused("UNKNOWN_TRANSFER", 999_999)

    def refused(self, code, transfer_id):
        before = rows()
        with pytest.raises(Refusal) as caught:
            posting.reverse(transfer_id=transfer_id, key=unique("undo"))
        assert caught.value.code == code
        assert rows() == before


class TestLapse:
    def test_takes_all_that_is_left(self):
        expired, company = lot(WALLET, 300, YESTERDAY), budget(1)
        lapsed = posting.lapse_lot(
            account_id=expired, key="lapse:1", to_account_id=company, on=TODAY
        )
        assert lapsed.entries == (Leg(expired, -300), Leg(company, 300))
        assert posting.lapse_lot(
            account_id=expired, key="lapse:1", to_account_id=company, on=TODAY
        ).replayed

    @pytest.mark.parametrize(
        ("cents", "expires_on", "code"),
        [(300, TODAY, "LOT_NOT_EXPIRED"), (0, YESTERDAY, "LOT_EMPTY")],
    )
    def test_refused(self, cents: int, expires_on: date, code: str):
        account_id = lot(WALLET, cents, expires_on)
        with pytest.raises(Refusal, match=code):
            posting.lapse_lot(account_id=account_id, key="lapse:1", to_account_id=world(), on=TODAY)

    def test_of_what_is_no_lot(self):
        with pytest.raises(Refusal, match="UNKNOWN_ACCOUNT"):
            posting.lapse_lot(account_id=world(), key="lapse:1", to_account_id=world(), on=TODAY)
