"""A ledger of before the territories becomes territory 1: no row lost, none written anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from marketplace.ledger import accounts, checkpoints, holds, posting, selectors
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, SpendLots
from marketplace.ledger.verification import verify
from tests import databases

EARLIER = Path(__file__).parent / "earlier" / "unpartitioned.sql"
FIRST, LAST = ("ledger", "0001_initial"), ("ledger", "0002_territories")
TABLES = (
    "account",
    "balance",
    "transfer",
    "entry",
    "checkpoint",
    "mark",
    "hold",
    "hold_end",
    "open_hold",
)


def ask(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row as it was then: without the territory, with its place in its file."""
    found = {}
    for table in TABLES:
        columns = ask(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND attname <> 'territory_id'",
            f"ledger_{table}",
        )
        found[table] = sorted(
            ask(f"SELECT ctid::text, {columns[0][0]} FROM ledger_{table}"), key=str
        )
    return found


def files() -> dict[str, int]:
    """The file in which each table with rows lies; a table that is rewritten gets another."""
    return dict(
        ask(
            "SELECT regexp_replace(relname, '_1$', ''), pg_relation_filenode(oid) FROM pg_class"
            " WHERE relname LIKE 'ledger\\_%' AND relkind = 'r'"
        )
    )


@pytest.fixture
def earlier(django_db_setup, django_db_blocker) -> Iterator[None]:
    """An earlier version's ledger, with rights that somebody has given on it."""
    name = f"test_earlier_ledger_{os.getpid()}"
    with django_db_blocker.unblock():
        admin = databases.other_connection("postgres")
        try:
            admin.cursor().execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.cursor().execute(f"CREATE DATABASE {name} TEMPLATE template0")
            with databases.pointed_at(name):
                ask(EARLIER.read_text(encoding="utf-8"))
                ask("GRANT SELECT ON ledger_entry TO pg_read_all_settings")
                MigrationExecutor(connection).migrate([FIRST], fake=True)
                yield
            admin.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
        finally:
            admin.close()


def upgrade() -> None:
    MigrationExecutor(connection).migrate([LAST])


def test_no_row_is_lost_and_no_table_rewritten(earlier):
    before, lay = rows(), files()
    assert all(before.values())
    upgrade()
    assert rows() == before
    assert files() == lay
    assert verify() == []


def test_the_next_numbers_go_on(earlier):
    upgrade()
    posted = posting.post(kind="gift", key="gift:2", legs=[Leg(1, -5), Leg(2, 5)])
    assert posted.transfer_id == 13
    assert accounts.account(AccountKind.PROVIDER_PAYABLE, 2) == 8


def test_money_goes_on(earlier):
    """A replay of then, a hold of then, its lots, checkpoints over both."""
    upgrade()
    again = {
        "kind": "purchase",
        "key": "purchase:1",
        "reference": "order-1",
        "legs": [Leg(3, 5800), Leg(2, 200)],
        "spend": SpendLots(7, 6000),
        "on": date(2026, 11, 2),
    }
    assert posting.post(**again).replayed
    holds.void_hold(hold_id=11, key="void:3")
    assert selectors.balances([2, 3, 4, 5]) == {2: 225, 3: 5480, 4: 133, 5: 9167}
    assert [entry.balance_cents for entry in selectors.account_statement(2)] == [225, 220, 200]
    checkpoints.checkpoint(1)
    assert selectors.balance(2) == 225
    assert verify() == []


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_entry_1"])
def test_what_was_written_then_is_guarded_as_ever(earlier, table):
    upgrade()
    for forbidden in ("UPDATE {} SET cents = 1", "DELETE FROM {}", "TRUNCATE {}"):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            ask(forbidden.format(table))


def test_rights_stay(earlier):
    upgrade()
    held = ask(
        "SELECT has_table_privilege('pg_read_all_settings', name, 'SELECT')"
        " FROM unnest(ARRAY['ledger_entry', 'ledger_entry_1', 'ledger_hold']) AS name"
    )
    assert [right for (right,) in held] == [True, True, False]


def test_it_has_all_that_a_new_ledger_has(earlier, django_db_setup):
    """Columns, indexes, constraints, triggers and functions of both ways are the same."""
    upgrade()
    upgraded = everything()
    with databases.pointed_at(django_db_setup):
        assert everything() == upgraded


def everything() -> dict[str, list[tuple[Any, ...]]]:
    asked = {
        "columns": "SELECT table_name, column_name, data_type, column_default, is_nullable,"
        " is_identity FROM information_schema.columns WHERE table_name LIKE 'ledger\\_%'",
        "indexes": "SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'ledger\\_%'",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE conrelid::regclass::text LIKE 'ledger\\_%'",
        "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE tgrelid::regclass::text LIKE 'ledger\\_%' AND NOT tgisinternal",
        "functions": "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname LIKE 'ledger\\_%'",
        "tables": "SELECT relname, reloptions FROM pg_class WHERE relname LIKE 'ledger\\_%'",
    }
    return {what: sorted(ask(statement), key=str) for what, statement in asked.items()}
