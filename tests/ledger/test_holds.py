"""Holds: set aside, then posted, voided or expired, each once."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.ledger import accounts, holds, posting, selectors
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, Refill
from marketplace.refusals import Refusal
from tests.ledger.factories import TODAY, fund, lot, provider, spend, unique

pytestmark = pytest.mark.django_db
WALLET = 7
NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
SOON = NOW + timedelta(minutes=15)


def hold(cents: int = 100, key: str | None = None, expires_at: datetime = SOON) -> holds.Held:
    return holds.hold(
        key=key or unique("hold"), wallet_id=WALLET, cents=cents, expires_at=expires_at, on=TODAY
    )


def post(held: holds.Held, key: str = "order:1", cents: int = 100, now: datetime = NOW):
    return holds.post_hold(
        hold_id=held.hold_id,
        key=key,
        kind="purchase",
        legs=[Leg(provider(), cents - 3), Leg(fund(), 3)],
        now=now,
    )


def void(held: holds.Held, key: str = "void:1"):
    return holds.void_hold(hold_id=held.hold_id, key=key)


@pytest.fixture(autouse=True)
def lots():
    return [lot(WALLET, 60, TODAY), lot(WALLET, 100)]


def held_cents() -> int:
    return selectors.balance(accounts.account(AccountKind.HOLDS, 0))


def test_hold_takes_the_credit_at_once():
    hold()
    assert selectors.wallet_balance(WALLET, TODAY).total_cents == 60
    assert held_cents() == 100
    with pytest.raises(Refusal, match="INSUFFICIENT_CREDIT"):
        spend(WALLET, 61)


def test_hold_replays_by_key_with_its_first_expiry():
    first = hold(key="checkout:1")
    assert hold(key="checkout:1", expires_at=SOON + timedelta(hours=1)) == first._replace(
        replayed=True
    )
    with pytest.raises(Refusal, match="IDEMPOTENCY_CONFLICT"):
        hold(99, key="checkout:1")


def test_posting_pays_from_the_clearing_account():
    posted = post(hold())
    assert posted.entries[1:] == (Leg(provider(), 97), Leg(fund(), 3))
    assert held_cents() == 0


def test_posting_another_amount_is_refused():
    with pytest.raises(Refusal, match="UNBALANCED_TRANSFER"):
        post(hold(), cents=99)
    assert held_cents() == 100


def test_voiding_gives_back_to_the_lots_it_came_from(lots):
    held = hold()
    void(held)
    assert selectors.balances(lots) == {lots[0]: 60, lots[1]: 100}
    assert held_cents() == 0


def test_voiding_gives_back_to_an_expired_lot_which_then_lapses(lots):
    held = hold()
    void(held)
    tomorrow = TODAY + timedelta(days=1)
    assert selectors.wallet_balance(WALLET, tomorrow).total_cents == 100
    assert [(gone.account_id, gone.cents) for gone in selectors.expired_lots(tomorrow)] == [
        (lots[0], 60)
    ]
    lapsed = posting.lapse_lot(account_id=lots[0], key="lapse:1", to_account_id=fund(), on=tomorrow)
    assert lapsed.entries == (Leg(lots[0], -60), Leg(fund(), 60))


@pytest.mark.parametrize("second", ["post", "void"])
@pytest.mark.parametrize(
    ("first", "code"), [("post", "HOLD_ALREADY_POSTED"), ("void", "HOLD_ALREADY_VOIDED")]
)
def test_a_hold_ends_once(first, second, code):
    end = {"post": post, "void": void}
    held = hold()
    end[first](held, key="end:1")
    with pytest.raises(Refusal, match=code):
        end[second](held, key="end:2")
    assert end[first](held, key="end:1").replayed


def test_expired_by_the_clock_cannot_be_posted_before_the_sweeper_comes():
    held = hold()
    with pytest.raises(Refusal, match="HOLD_ALREADY_EXPIRED"):
        post(held, now=SOON)


def test_sweeper_expires_what_is_due_once(lots):
    held, other = hold(100), hold(10, expires_at=SOON + timedelta(minutes=1))
    assert holds.expire_holds(NOW) == 0
    assert holds.expire_holds(SOON) == 1
    assert holds.expire_holds(SOON) == 0
    assert selectors.balances(lots) == {lots[0]: 60, lots[1]: 90}
    with pytest.raises(Refusal, match="HOLD_ALREADY_EXPIRED"):
        void(held)
    void(other)


def test_unknown_hold():
    with pytest.raises(Refusal, match="UNKNOWN_HOLD"):
        holds.void_hold(hold_id=999_999, key="void:1")


def test_a_transfer_that_is_no_hold():
    purchase = spend(WALLET, 10)
    with pytest.raises(Refusal, match="UNKNOWN_HOLD"):
        holds.void_hold(hold_id=purchase.transfer_id, key="void:1")


class TestAfterwards:
    """Refunds of a purchase that went through a hold of 60 + 40."""

    def refund(self, transfer_id: int, cents: int):
        return posting.post(
            kind="refund",
            key=unique("refund"),
            legs=[Leg(provider(), -cents)],
            refill=Refill(transfer_id, cents),
        )

    @pytest.mark.parametrize("by", ["hold", "purchase"])
    def test_refill_goes_to_the_lots_of_the_hold(self, lots, by):
        held = hold()
        purchase = post(held)
        refund = self.refund(held.hold_id if by == "hold" else purchase.transfer_id, 10)
        assert refund.entries == (Leg(lots[0], 6), Leg(lots[1], 4), Leg(provider(), -10))

    def test_hold_and_purchase_share_what_can_go_back(self):
        held = hold()
        purchase = post(held)
        self.refund(held.hold_id, 60)
        with pytest.raises(Refusal, match="REFILL_TOO_LARGE"):
            self.refund(purchase.transfer_id, 41)

    def test_open_hold_is_voided_rather_than_refilled(self):
        with pytest.raises(Refusal, match="HOLD_NOT_POSTED"):
            self.refund(hold().hold_id, 1)

    def test_voided_hold_has_nothing_left_to_give_back(self):
        held = hold()
        void(held)
        with pytest.raises(Refusal, match="REFILL_TOO_LARGE"):
            self.refund(held.hold_id, 1)

    def test_reversing_the_purchase_reaches_the_lots(self, lots):
        purchase = post(hold())
        undone = posting.reverse(transfer_id=purchase.transfer_id, key="undo:1")
        assert undone.entries == (
            Leg(lots[0], 60),
            Leg(lots[1], 40),
            Leg(provider(), -97),
            Leg(fund(), -3),
        )
        assert held_cents() == 0

    @pytest.mark.parametrize("ended", [False, True])
    def test_a_hold_itself_is_not_reversed(self, ended):
        held = hold()
        if ended:
            void(held)
        with pytest.raises(Refusal, match="NOT_REVERSIBLE"):
            posting.reverse(transfer_id=held.hold_id, key="undo:1")
