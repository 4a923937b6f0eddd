"""Two territories in one database: each in its partitions, behind the same guards, never mixed."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.utils import timezone

from marketplace.ledger import accounts, holds, posting, selectors
from marketplace.ledger.models import Account, AccountKind, Transfer
from marketplace.ledger.posting import Leg, Refill
from marketplace.ledger.verification import verify
from marketplace.refusals import Refusal
from tests.ledger.concurrently import alter
from tests.ledger.conftest import OTHER
from tests.ledger.factories import NEXT_YEAR, TODAY, fund, give, lot, provider, spend, unique, world

pytestmark = pytest.mark.django_db
WALLET = 7


def refused(code: str, **given) -> None:
    with pytest.raises(Refusal) as caught:
        posting.post(**{"kind": "test", "key": unique(), **given})
    assert caught.value.code == code
    assert caught.value.message


class TestMoneyStaysInItsTerritory:
    def test_an_account_of_another_is_refused_by_its_own_code(self, elsewhere):
        theirs = elsewhere(fund)
        refused("OTHER_TERRITORY", legs=[Leg(world(), -5), Leg(theirs, 5)])
        refused("OTHER_TERRITORY", legs=[Leg(theirs, -5), Leg(world(), 5)])
        assert elsewhere(selectors.balance, theirs) == 0
        assert verify() == []

    def test_nor_is_anything_else_of_it_found(self, elsewhere):
        elsewhere(lot, WALLET, 100)
        bought = elsewhere(spend, WALLET, 50)
        refund = {"legs": [Leg(provider(), -5)], "refill": Refill(bought.transfer_id, 5)}
        refused("UNKNOWN_TRANSFER", **refund)
        with pytest.raises(Refusal, match="not hold enough credit"):
            spend(WALLET, 1)
        held = elsewhere(
            holds.hold, key="h", wallet_id=WALLET, cents=5, expires_at=later(), on=TODAY
        )
        with pytest.raises(Refusal, match="hold does not exist"):
            holds.void_hold(hold_id=held.hold_id, key="v")
        assert selectors.wallet_transfers(WALLET) == []
        assert not Transfer.objects.exists()
        assert not Account.objects.filter(kind=AccountKind.CREDIT_LOT).exists()

    def test_by_hand_neither(self, elsewhere):
        """What the posting function refuses, the table refuses too."""
        theirs, ours = elsewhere(fund), fund()
        with pytest.raises(Error, match="ledger_entry_territory"), transaction.atomic():
            entries_by_hand((1, ours, -5, 1), (1, theirs, 5, 2))
        with pytest.raises(Error, match="of territories 1 and 2"), transaction.atomic():
            entries_by_hand((1, ours, -5, 1), (OTHER, theirs, 5, 2))
        with pytest.raises(Error, match="do not balance"), transaction.atomic():
            entries_by_hand((OTHER, theirs, -5, 1), (OTHER, theirs, 5, 2))

    def test_twin_without_the_check_an_entry_crosses_and_is_found(self, elsewhere):
        theirs, ours = elsewhere(fund), fund()
        alter("ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_territory")
        entries_by_hand((1, ours, -5, 1), (1, theirs, 5, 2))
        assert {finding.code for finding in verify()} == {"ENTRY_WITHOUT_ACCOUNT", "GUARD_MISSING"}

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO ledger_transfer (territory_id, kind, key, request_hash, relation,"
            " related_id) SELECT 1, 'r', 'r', '', 'reverses', id FROM ledger_transfer",
            "INSERT INTO ledger_checkpoint (territory_id, account_id, through_id, cents)"
            " SELECT 1, id, 0, 0 FROM ledger_account WHERE territory_id = 2",
        ],
    )
    def test_no_row_refers_to_another_territorys(self, elsewhere, statement):
        elsewhere(lambda: give(fund(), 5))
        with pytest.raises(Error, match="violates foreign key"), transaction.atomic():
            alter(statement)


def later():
    return timezone.now() + timedelta(hours=1)


def entries_by_hand(*rows: tuple[int, int, int, int]) -> None:
    """Rows are (territory, account, cents, n), of a transfer of territory 1."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_transfer (territory_id, kind, key, request_hash)"
            " VALUES (1, 't', %s, '') RETURNING id",
            [unique()],
        )
        (transfer_id,) = cursor.fetchone()
        values = ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
        cursor.execute(
            "INSERT INTO ledger_entry (transfer_id, territory_id, account_id, cents, n)"
            f" VALUES {values}",
            [value for row in rows for value in (transfer_id, *row)],
        )


def test_holds_expire_in_each(elsewhere):
    elsewhere(lot, WALLET, 100)
    gone = timezone.now() - timedelta(seconds=1)
    elsewhere(holds.hold, key="h", wallet_id=WALLET, cents=5, expires_at=gone)
    assert holds.expire_holds(timezone.now()) == 0
    assert elsewhere(holds.expire_holds, timezone.now()) == 1


def test_the_command_makes_one_as_often_as_it_is_called():
    for _ in range(2):
        out = StringIO()
        call_command("ledger_territory", "3", stdout=out)
        assert out.getvalue() == "The ledger has partitions for territory 3.\n"
    with pytest.raises(Error, match="numbered from 1"), transaction.atomic():
        call_command("ledger_territory", "0")


def test_without_partitions_a_territory_has_no_money(settings):
    settings.LEDGER_TERRITORY = 99
    with pytest.raises(Error, match="no partition"), transaction.atomic():
        fund()


class TestGuardsOfAPartition:
    """A statement may name the partition itself."""

    TABLES = ("account", "balance", "transfer", "entry", "checkpoint", "hold", "hold_end")

    @pytest.mark.parametrize("table", TABLES)
    @pytest.mark.parametrize("territory", [1, OTHER])
    def test_nothing_is_deleted_or_truncated(self, elsewhere, table, territory):
        for statement in ("DELETE FROM ledger_{}_{}", "TRUNCATE ledger_{}_{} CASCADE"):
            with pytest.raises(Error, match="append-only"), transaction.atomic():
                alter(statement.format(table, territory))

    def test_unbalanced_entries(self, elsewhere):
        theirs = elsewhere(fund)
        with pytest.raises(Error, match="do not balance"), transaction.atomic():
            alter(
                "INSERT INTO ledger_entry_2 (territory_id, transfer_id, account_id, cents, n)"
                f" VALUES (2, 1, {theirs}, 5, 1)"
            )

    def test_a_row_of_another_territory(self, elsewhere):
        with pytest.raises(Error, match="partition constraint"), transaction.atomic():
            alter(
                "INSERT INTO ledger_account_2 (territory_id, id, kind, holder_id)"
                " VALUES (1, 99, 'fund', 9)"
            )

    @pytest.mark.parametrize("table", ["ledger_entry", "ledger_entry_2"])
    def test_a_guard_taken_away_is_missed(self, elsewhere, table):
        alter(f"ALTER TABLE ONLY {table} DISABLE TRIGGER ledger_entry_kept")
        (finding,) = verify()
        assert finding.subject == "trigger ledger_entry_kept"
        assert finding.detail == f"missing or disabled on {table}"

    def test_the_floor_taken_away_is_missed(self, elsewhere):
        alter("ALTER TABLE ledger_balance DROP CONSTRAINT ledger_balance_floor")
        assert {finding.code for finding in verify()} == {"GUARD_MISSING"}


class TestStatements:
    """Each opens the partition of its territory alone, and posting reads by index alone."""

    @pytest.fixture(autouse=True)
    def both(self, elsewhere):
        for territory in (lambda act: act(), elsewhere):
            territory(lambda: lot(WALLET, 1000))
        provider(), fund()
        with connection.cursor() as cursor:
            # A table of a few rows may as well be read whole, and is once PostgreSQL has counted
            # them. What is asked here is whether there is an index to read it by.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("DISCARD PLANS")

    @staticmethod
    def scans() -> dict[str, tuple[int, int]]:
        """How often each partition has been read whole and by index in this transaction."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname, coalesce(seq_scan, 0), coalesce(idx_scan, 0)"
                " FROM pg_stat_xact_user_tables WHERE relname LIKE 'ledger\\_%'"
            )
            return {name: (whole, by_index) for name, whole, by_index in cursor.fetchall()}

    def read_by(self, what) -> dict[str, tuple[int, int]]:
        before = self.scans()
        what()
        after = self.scans()
        read = {
            name: (whole - before[name][0], by_index - before[name][1])
            for name, (whole, by_index) in after.items()
        }
        return {name: counts for name, counts in read.items() if any(counts)}

    def money(self) -> None:
        """Every function that moves money, refusals and replays included."""
        bought = spend(WALLET, 100, key="p")
        spend(WALLET, 100, key="p")
        refund = {"legs": [Leg(provider(), -30)], "refill": Refill(bought.transfer_id, 30)}
        posting.post(kind="refund", key="r", **refund)
        posting.reverse(transfer_id=spend(WALLET, 50).transfer_id, key="u")
        give(fund(), 10)
        posting.post(
            kind="reserve",
            key="f",
            legs=[Leg(fund(), -5), Leg(world(), 5)],
            require=Leg(fund(), 0),
        )
        for n, end in enumerate((self.post_hold, self.void_hold)):
            held = holds.hold(key=f"h{n}", wallet_id=WALLET, cents=5, expires_at=later(), on=TODAY)
            end(held.hold_id)
        gone = holds.hold(key="g", wallet_id=WALLET, cents=5, expires_at=timezone.now(), on=TODAY)
        holds.expire_hold(gone.hold_id, timezone.now())
        with pytest.raises(Refusal, match="enough credit"):
            spend(WALLET, 100_000)
        old = accounts.open_lot(wallet_id=WALLET + 1, expires_on=TODAY)
        give(old, 5)
        posting.lapse_lot(
            account_id=old, key="l", to_account_id=fund(), on=TODAY + timedelta(days=1)
        )

    def post_hold(self, hold_id: int) -> None:
        posting_legs = [Leg(provider(), 5)]
        holds.post_hold(hold_id=hold_id, key="ph", kind="purchase", legs=posting_legs)

    def void_hold(self, hold_id: int) -> None:
        holds.void_hold(hold_id=hold_id, key="vh")

    def test_posting_reads_by_index_in_its_own_partitions(self):
        read = self.read_by(self.money)
        assert {name for name in read if not name.endswith("_1")} == set()
        assert {name: whole for name, (whole, _) in read.items() if whole} == {}
        assert {"ledger_transfer_1", "ledger_balance_1", "ledger_account_1"} <= set(read)

    @pytest.mark.parametrize(
        "reading",
        [
            lambda: selectors.balance(fund()),
            lambda: selectors.wallet_balance(WALLET, TODAY),
            lambda: selectors.wallet_transfers(WALLET),
            lambda: selectors.expired_lots(NEXT_YEAR),
            lambda: selectors.expiring_credit(TODAY, NEXT_YEAR),
            lambda: selectors.lot_shares([1, 2]),
            lambda: list(selectors.wallet_statement(WALLET)),
            lambda: list(selectors.account_statement(world())),
            lambda: list(Account.objects.filter(kind=AccountKind.FUND)),
            lambda: holds.open_holds(before=later()),
        ],
    )
    def test_reading_stays_in_its_own_partitions(self, reading):
        assert {name for name in self.read_by(reading) if not name.endswith("_1")} == set()

    def test_twin_a_reading_that_does_not_say_which_opens_both(self):
        reading = self.read_by(lambda: alter("SELECT cents FROM ledger_entry WHERE account_id = 1"))
        assert set(reading) == {"ledger_entry_1", "ledger_entry_2"}
