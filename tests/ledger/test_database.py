"""Statements that are prepared once per connection, and never behind a pooler that shares them."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.ledger.database import fetch_one_prepared

SUM = "SELECT %s::bigint + %s::bigint, cardinality(%s::bigint[])"


def statements(times: int) -> list[str]:
    with CaptureQueriesContext(connection) as told:
        for n in range(times):
            assert fetch_one_prepared(SUM, [n, 40, [1, 2][:n]]) == (n + 40, min(n, 2))
    return [query["sql"].split()[0] for query in told.captured_queries]


def test_it_is_prepared_by_the_first_call_alone(committed_db):
    assert statements(3) == ["PREPARE", "EXECUTE", "EXECUTE", "EXECUTE"]


def test_another_connection_prepares_its_own(committed_db):
    statements(1)
    connection.close()
    assert statements(2) == ["PREPARE", "EXECUTE", "EXECUTE"]


def test_what_a_rollback_takes_back_is_not_the_prepared_statement(db):
    statements(1)
    assert statements(1) == ["EXECUTE"]


def test_behind_a_pooler_nothing_is_prepared(committed_db, settings):
    settings.LEDGER_PREPARES = False
    assert statements(2) == ["SELECT", "SELECT"]
