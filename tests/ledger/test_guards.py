"""What PostgreSQL itself refuses, whoever asks: raw SQL against every guard."""

from contextlib import contextmanager

import pytest
from django.db import Error, connection, transaction
from django.db.models import BinaryField

from marketplace.ledger import holds, models
from tests.ledger.factories import NEXT_YEAR, TODAY, fund, lot, provider, spend, world
from tests.ledger.test_holds import SOON

pytestmark = pytest.mark.django_db
WALLET = 7


def run(statement: str, *parameters) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@contextmanager
def refused(saying: str):
    with pytest.raises(Error, match=saying):
        yield


@pytest.fixture
def history():
    """A lot of 100, a purchase of 10, a hold that ended, a checkpoint."""
    account_id = lot(WALLET, 100)
    held = holds.hold(key="h", wallet_id=WALLET, cents=5, expires_at=SOON, on=TODAY)
    holds.void_hold(hold_id=held.hold_id, key="v")
    run(
        "INSERT INTO ledger_checkpoint (territory_id, account_id, through_id, cents)"
        " VALUES (1, %s, 0, 0)",
        fund(),
    )
    return spend(WALLET, 10), account_id


APPEND_ONLY = ("transfer", "entry", "hold", "hold_end", "checkpoint")


@pytest.mark.parametrize("table", [*APPEND_ONLY, "account", "balance"])
def test_nothing_is_deleted(history, table):
    with refused("is append-only: DELETE refused"):
        run(f"DELETE FROM ledger_{table}")


@pytest.mark.parametrize("table", [*APPEND_ONLY, "account", "balance"])
def test_nothing_is_truncated(history, table):
    with refused("is append-only: TRUNCATE refused"):
        run(f"TRUNCATE ledger_{table} CASCADE")


@pytest.mark.parametrize(
    "change",
    [
        "transfer SET reference = 'x'",
        "transfer SET posted_at = now()",
        "entry SET cents = cents",
        "hold SET expires_at = now()",
        "hold_end SET outcome = 'voided'",
        "checkpoint SET cents = 1",
        "balance SET cents = cents + 1",
        "balance SET floor = -100",
    ],
)
def test_nothing_is_updated(history, change):
    with refused("is append-only: UPDATE refused"):
        run(f"UPDATE ledger_{change}")


@pytest.mark.parametrize(
    "change",
    [
        "holder_id = 8",
        "kind = 'fund', expires_on = NULL",
        "floor = -100",
        "key = 'x'",
        "expires_on = expires_on - 1",
        "expires_on = expires_on + 1, holder_id = 8",
        "expires_on = expires_on",
    ],
)
def test_of_an_account_only_the_expiry_is_put_off(history, change):
    with refused("only a lot's expiry may change"):
        run(f"UPDATE ledger_account SET {change} WHERE id = %s", history[1])


def test_expiry_can_be_put_off(history):
    run("UPDATE ledger_account SET expires_on = expires_on + 1 WHERE id = %s", history[1])


def test_a_balance_row_is_not_made_by_hand():
    with refused("is append-only: INSERT refused"):
        run(
            "INSERT INTO ledger_balance (territory_id, account_id, cents, floor)"
            " VALUES (1, %s, 5, 0)",
            fund(),
        )


def transfer_by_hand(key: str = "by hand") -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_transfer (territory_id, kind, key, request_hash)"
            " VALUES (1, 't', %s, '') RETURNING id",
            [key],
        )
        return cursor.fetchone()[0]


class TestEntriesByHand:
    """Rows are (account, cents, n)."""

    def insert(self, transfer_id: int, *rows: tuple[int, int, int]) -> None:
        values = ", ".join(["(1, %s, %s, %s, %s)"] * len(rows))
        run(
            f"INSERT INTO ledger_entry (territory_id, transfer_id, account_id, cents, n)"
            f" VALUES {values}",
            *(value for row in rows for value in (transfer_id, *row)),
        )

    def test_balanced_in_one_statement_is_accepted_and_moves_balances(self):
        account_id = lot(WALLET, 100)
        self.insert(transfer_by_hand(), (account_id, -40, 1), (provider(), 40, 2))
        assert balance_row(account_id) == 60

    def test_unbalanced(self):
        with refused("do not balance"):
            self.insert(transfer_by_hand(), (world(), -40, 1), (provider(), 39, 2))

    def test_one_by_one(self):
        with refused("do not balance"):
            self.insert(transfer_by_hand(), (world(), -40, 1))

    def test_two_transfers_that_balance_each_other(self):
        first, second = transfer_by_hand("1"), transfer_by_hand("2")
        with refused("do not balance"):
            run(
                "INSERT INTO ledger_entry (territory_id, transfer_id, account_id, cents, n)"
                " VALUES (1, %s, %s, 1, 1), (1, %s, %s, -1, 1)",
                first,
                world(),
                second,
                world(),
            )

    def test_more_entries_for_a_written_transfer(self):
        purchase = give_two_entries()
        with refused("not in one statement"):
            self.insert(purchase, (world(), -1, 3), (provider(), 1, 4))
        with refused("duplicate key"):
            self.insert(purchase, (world(), -1, 1), (provider(), 1, 2))

    def test_of_no_transfer(self):
        with refused("do not balance"):
            self.insert(999_999, (world(), -1, 1), (provider(), 1, 2))

    def test_of_zero_cents(self):
        with refused("violates check constraint"):
            self.insert(transfer_by_hand(), (world(), 0, 1), (provider(), 0, 2))

    def test_below_the_floor(self):
        account_id = lot(WALLET, 100)
        with refused("ledger_balance_floor"):
            self.insert(transfer_by_hand(), (account_id, -101, 1), (provider(), 101, 2))
        assert balance_row(account_id) == 100


def give_two_entries() -> int:
    lot(WALLET, 100)
    return spend(WALLET, 10).transfer_id


def balance_row(account_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cents FROM ledger_balance WHERE account_id = %s", [account_id])
        return cursor.fetchone()[0]


def test_a_hold_has_one_end(history):
    with refused("duplicate key"):
        run(
            "INSERT INTO ledger_hold_end (territory_id, hold_id, outcome, transfer_id)"
            " SELECT territory_id, hold_id, 'posted', %s FROM ledger_hold_end",
            history[0].transfer_id,
        )


def test_a_transfer_is_reversed_once(history):
    by_hand = (
        "INSERT INTO ledger_transfer (territory_id, kind, key, request_hash, relation, related_id)"
        " VALUES (1, 'reverse', %s, '', 'reverses', %s)"
    )
    run(by_hand, "r1", history[0].transfer_id)
    with refused("ledger_transfer_1_related_id_territory_id_idx"):
        run(by_hand, "r2", history[0].transfer_id)


@pytest.mark.parametrize("kind", models.FLOORS_CENTS)
def test_kinds_with_a_floor_have_one(kind):
    with refused("ledger_account_kind_has_floor"):
        run(
            "INSERT INTO ledger_account (territory_id, kind, holder_id, expires_on)"
            " VALUES (1, %s, 99, %s)",
            kind,
            NEXT_YEAR if kind == "credit_lot" else None,
        )


def test_one_account_of_a_kind_per_holder():
    fund(1)
    with refused("ledger_account_1_kind_holder_id_territory_id_idx"):
        run("INSERT INTO ledger_account (territory_id, kind, holder_id) VALUES (1, 'fund', 1)")


@pytest.mark.parametrize(
    "model", [models.Account, models.Transfer, models.Entry, models.Hold, models.HoldEnd]
)
def test_models_and_tables_have_the_same_columns(model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns"
            " WHERE table_name = %s",
            [model._meta.db_table],
        )
        columns = {name: (data_type, null) for name, data_type, null in cursor.fetchall()}
    fields = {
        field.column: (_postgres_type(field), field.null) for field in model._meta.concrete_fields
    }
    assert fields == columns


def _postgres_type(field) -> str:
    if isinstance(field, BinaryField):
        return "bytea"
    return {"bigserial": "bigint"}.get(field.db_type(connection), field.db_type(connection))
