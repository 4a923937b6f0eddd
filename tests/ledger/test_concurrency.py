"""Many at once, on real connections. Each test has a twin with the guard taken away, which shows
that the test would see the race; a ``pg_sleep`` there only makes the race certain."""

from collections import Counter
from functools import partial

import pytest
from django.db import Error, connection, transaction

from marketplace.ledger import accounts, checkpoints, holds, posting, selectors
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, Refill
from marketplace.ledger.verification import verify
from tests.ledger.concurrently import alter, answers, outcomes, weaken
from tests.ledger.factories import TODAY, fund, give, lot, provider, spend, unique, world
from tests.ledger.test_holds import NOW, SOON

WALLET = 7

NO_ROW_LOCK = (" FOR UPDATE OF b) locked", ") locked")
SLEEP_BEFORE_WRITING = (
    "IF p_require_id IS NOT NULL",
    "PERFORM pg_sleep(0.5); IF p_require_id IS NOT NULL",
)


@pytest.fixture(autouse=True)
def _real_commits(committed_db):
    """Before any other fixture of this module."""


def codes() -> set[str]:
    return {finding.code for finding in verify()}


class TestSpendsOfAWalletThatCoversOne:
    MANY = 64

    @pytest.fixture(autouse=True)
    def wallet(self):
        provider()
        return lot(WALLET, 100)

    def spend_all(self) -> Counter[str]:
        return outcomes(
            answers([partial(spend, WALLET, 100, key=f"spend:{i}") for i in range(self.MANY)])
        )

    def test_one_is_posted(self, wallet):
        assert self.spend_all() == {"posted": 1, "INSUFFICIENT_CREDIT": self.MANY - 1}
        assert selectors.balances([wallet, provider()]) == {wallet: 0, provider(): 100}
        assert verify() == []

    def test_without_the_row_lock_the_floor_still_holds_by_an_error(self, wallet):
        weaken("ledger_write", NO_ROW_LOCK, SLEEP_BEFORE_WRITING)
        result = self.spend_all()
        assert result["posted"] == 1
        assert result["IntegrityError"] > 0
        assert selectors.balance(wallet) == 0

    def test_twin_without_lock_and_floor_the_wallet_is_overspent(self, wallet):
        weaken("ledger_write", NO_ROW_LOCK, SLEEP_BEFORE_WRITING)
        alter("ALTER TABLE ledger_balance DROP CONSTRAINT ledger_balance_floor")
        assert self.spend_all()["posted"] > 1
        assert selectors.balance(wallet) < 0
        assert codes() == {"FLOOR_BREACHED", "GUARD_MISSING"}


class TestBackAndForth:
    """Between two lots, in both orders, over and over: nobody waits for one who waits for them."""

    @pytest.fixture
    def lots(self):
        return lot(WALLET, 1000), lot(WALLET + 1, 1000)

    def move(self, source: int, target: int, times: int) -> posting.Posted:
        for _ in range(times):
            posted = posting.post(
                kind="move", key=unique("move"), legs=[Leg(source, -1), Leg(target, 1)]
            )
        return posted

    def run(self, lots: tuple[int, int], times: int) -> Counter[str]:
        there, back = partial(self.move, *lots, times), partial(self.move, *reversed(lots), times)
        return outcomes(answers([there, back] * 4))

    def test_no_deadlock(self, lots):
        assert self.run(lots, 25) == {"posted": 8}
        assert selectors.balances(lots) == {lots[0]: 1000, lots[1]: 1000}
        assert verify() == []

    def test_twin_locking_in_the_order_of_the_legs_deadlocks(self, lots):
        weaken(
            "ledger_write",
            (
                "ORDER BY b.account_id FOR UPDATE OF b",
                "AND pg_sleep(0.02) IS NOT NULL"
                " ORDER BY array_position(r.account_ids, b.account_id) FOR UPDATE OF b",
            ),
            (
                "b.cents - b.floor AS usable",
                "b.cents - b.floor + length(pg_sleep(0.02)::text) AS usable",
            ),
        )
        assert self.run(lots, 3)["OperationalError"] > 0


class TestOneKey:
    MANY = 16
    NO_KEY = (" ON CONFLICT DO NOTHING", "")

    @pytest.fixture(autouse=True)
    def wallet(self):
        provider()
        return lot(WALLET, 100)

    def without_unique_keys(self):
        weaken("ledger_write", ("ON CONFLICT DO NOTHING", ""), SLEEP_BEFORE_WRITING)
        alter("ALTER TABLE ledger_transfer DROP CONSTRAINT ledger_transfer_key_key")

    def same_body(self) -> list[posting.Posted]:
        return answers([partial(spend, WALLET, 100, key="order:1")] * self.MANY)

    def give_to(self, provider_id: int) -> posting.Posted:
        """Needs no lock but the key's."""
        return posting.post(kind="gift", key="gift:1", legs=[Leg(world(), -1), Leg(provider_id, 1)])

    def other_bodies(self) -> Counter[str]:
        ids = accounts.accounts(AccountKind.PROVIDER_PAYABLE, range(1, self.MANY + 1)).values()
        world()
        return outcomes(answers([partial(self.give_to, provider_id) for provider_id in ids]))

    def test_same_body_moves_money_once_and_all_get_the_first_result(self, wallet):
        results = self.same_body()
        assert outcomes(results) == {"posted": 1, "replayed": self.MANY - 1}
        assert len({result.transfer_id for result in results}) == 1
        assert len({result.entries for result in results}) == 1
        assert selectors.balance(wallet) == 0

    def test_twin_without_the_second_look_the_echo_is_refused(self):
        weaken("ledger_refuse", ("ledger_replay(p_territory_id, p_key, p_hash)", "NULL"))
        weaken("ledger_write", SLEEP_BEFORE_WRITING)
        assert outcomes(self.same_body())["INSUFFICIENT_CREDIT"] > 0

    def test_twin_without_unique_keys_money_moves_twice(self, wallet):
        give(wallet, 1500)
        self.without_unique_keys()
        assert outcomes(self.same_body())["posted"] > 1

    def test_other_bodies_conflict_with_the_first(self):
        assert self.other_bodies() == {"posted": 1, "IDEMPOTENCY_CONFLICT": self.MANY - 1}
        assert verify() == []

    def test_twin_other_bodies_without_unique_keys(self):
        self.without_unique_keys()
        assert self.other_bodies()["posted"] > 1


class TestRefillsOfOnePurchase:
    @pytest.fixture
    def purchase(self):
        lot(WALLET, 60, TODAY)
        lot(WALLET, 100)
        return spend(WALLET, 100)

    def refill_all(self, purchase: posting.Posted) -> Counter[str]:
        def refund(number: int) -> posting.Posted:
            return posting.post(
                kind="refund",
                key=f"refund:{number}",
                legs=[Leg(provider(), -60)],
                refill=Refill(purchase.transfer_id, 60),
            )

        return outcomes(answers([partial(refund, number) for number in range(8)]))

    def test_one_goes_through(self, purchase):
        assert self.refill_all(purchase) == {"posted": 1, "REFILL_TOO_LARGE": 7}
        assert selectors.wallet_balance(WALLET, TODAY).total_cents == 120
        assert verify() == []

    def test_twin_without_the_lock_of_the_purchase_more_goes_back_than_was_taken(self, purchase):
        weaken("ledger_lock_source", (" FOR NO KEY UPDATE OF t", ""))
        weaken("ledger_write", ("IF 0 = ANY", "PERFORM pg_sleep(0.1); IF 0 = ANY"))
        assert self.refill_all(purchase)["posted"] > 1
        assert codes() == {"LOT_OVERFILLED"}


class TestEndsOfOneHold:
    @pytest.fixture
    def held(self):
        lot(WALLET, 100)
        provider()
        return holds.hold(key="h", wallet_id=WALLET, cents=100, expires_at=SOON, on=TODAY)

    def end_all(self, held: holds.Held) -> Counter[str]:
        def post(number: int) -> posting.Posted:
            return holds.post_hold(
                hold_id=held.hold_id,
                key=f"post:{number}",
                kind="purchase",
                legs=[Leg(provider(), 100)],
                now=NOW,
            )

        def void(number: int) -> posting.Posted:
            return holds.void_hold(hold_id=held.hold_id, key=f"void:{number}")

        return outcomes(answers([partial(end, i) for i in range(4) for end in (post, void)]))

    def test_once(self, held):
        result = self.end_all(held)
        assert result.pop("posted") == 1
        assert sum(result.values()) == 7
        assert set(result) <= {"HOLD_ALREADY_POSTED", "HOLD_ALREADY_VOIDED"}
        assert verify() == []

    def test_twin_without_lock_and_key_a_hold_ends_more_than_once(self, held):
        weaken("ledger_end_hold", (" FOR NO KEY UPDATE OF t", ""))
        weaken("ledger_write", ("IF 0 = ANY", "PERFORM pg_sleep(0.1); IF 0 = ANY"))
        alter("ALTER TABLE ledger_hold_end DROP CONSTRAINT ledger_hold_end_pkey")
        assert self.end_all(held)["posted"] > 1
        assert "CLEARING_WRONG" in codes()


class TestRequiredMinimum:
    def award_all(self) -> Counter[str]:
        give(fund(), 100)
        reserved = accounts.account(AccountKind.FUND_RESERVED, 1)

        def award(number: int) -> posting.Posted:
            return posting.post(
                kind="reserve",
                key=f"award:{number}",
                legs=[Leg(fund(), -100), Leg(reserved, 100)],
                require=Leg(fund(), 0),
            )

        return outcomes(answers([partial(award, number) for number in range(8)]))

    def test_the_fund_is_awarded_once(self):
        assert self.award_all() == {"posted": 1, "INSUFFICIENT_FUNDS": 7}
        assert selectors.balance(fund()) == 0

    def test_an_older_snapshot_is_not_believed(self):
        give(fund(), 100)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            with pytest.raises(Error, match="needs READ COMMITTED"):
                posting.post(
                    kind="reserve",
                    key="award",
                    legs=[Leg(fund(), -1), Leg(world(), 1)],
                    require=Leg(fund(), 0),
                )
            transaction.set_rollback(True)

    def test_twin_without_the_advisory_lock_it_is_awarded_twice(self):
        weaken(
            "ledger_guarded_balance",
            (
                "pg_advisory_xact_lock(hashtextextended('ledger_guarded_balance', p_account_id))",
                "1",
            ),
        )
        weaken(
            "ledger_write",
            ("INSERT INTO ledger_transfer", "PERFORM pg_sleep(0.1); INSERT INTO ledger_transfer"),
        )
        # Without the row of the reserve there is nothing else to wait for each other at.
        alter("UPDATE pg_trigger SET tgenabled = 'D' WHERE tgname = 'ledger_entries_inserted'")
        weaken("ledger_write", NO_ROW_LOCK)
        assert self.award_all()["posted"] > 1


class TestCheckpoint:
    """A transfer with a lower id commits after the checkpoint was made."""

    def late_commit(self) -> None:
        give(fund(), 1)
        with transaction.atomic():
            give(fund(), 10)
            assert outcomes(answers([partial(give, fund(), 100)])) == {"posted": 1}
            assert isinstance(answers([partial(checkpoints.checkpoint, 1)])[0], int)

    def test_reaches_only_below_the_oldest_open_transaction(self):
        self.late_commit()
        assert selectors.balance(fund()) == 111
        assert verify() == []
        checkpoints.checkpoint(1)
        assert selectors.balance(fund()) == 111
        assert verify() == []

    def test_twin_up_to_the_newest_id_the_late_one_is_lost(self):
        weaken("ledger_settled_id", ("open.xact < m.xact", "false"))
        self.late_commit()
        assert selectors.balance(fund()) == 101
        assert codes() == {"CHECKPOINT_WRONG"}
