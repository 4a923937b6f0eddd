"""The one place that calls PostgreSQL, so that psycopg2 (Django 3.2) and psycopg 3 (Django 5.2)
differ nowhere else. Both adapt lists to arrays; the casts in the statements give their type.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections

# How a server connection executes what it has prepared, by statement; gone with the connection.
_prepared: MutableMapping[Any, dict[str, str]] = WeakKeyDictionary()


def fetch_one(statement: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
    """The only row of a statement that always gives one."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()


def fetch_all(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def fetch_one_prepared(statement: str, parameters: Sequence[Any]) -> tuple[Any, ...]:
    """As :func:`fetch_one`, for statements that come again and again: parsed and planned once per
    connection, which is a fifth of what a posting costs the server.

    ``LEDGER_PREPARES = False`` turns it off, behind a pooler that deals out another connection for
    each transaction.
    """
    if not settings.LEDGER_PREPARES:
        return fetch_one(statement, parameters)
    # Not through the proxy ``connection``, which looks it up again for each attribute.
    here = connections[DEFAULT_DB_ALIAS]
    if here.connection is None:
        here.ensure_connection()
    if here.execute_wrappers or here.queries_logged:
        with here.cursor() as watched:
            return _execute_prepared(here.connection, watched, statement, parameters)
    # The driver's own cursor under Django's guards, at half of what Django's own costs: nobody
    # counts, logs or watches statements.
    here.validate_thread_sharing()
    here.validate_no_broken_transaction()
    with here.wrap_database_errors, here.connection.cursor() as cursor:
        return _execute_prepared(here.connection, cursor, statement, parameters)


def _execute_prepared(
    server: Any, cursor: Any, statement: str, parameters: Sequence[Any]
) -> tuple[Any, ...]:
    prepared = _prepared.setdefault(server, {})
    execute = prepared.get(statement)
    if execute is None:
        name = f"ledger_{len(prepared)}"
        numbered = statement % tuple(f"${n}" for n in range(1, len(parameters) + 1))
        cursor.execute(f"PREPARE {name} AS {numbered}")
        execute = f"EXECUTE {name} ({', '.join(['%s'] * len(parameters))})"
        # Only now: where preparing has failed, the next call tries again.
        prepared[statement] = execute
    cursor.execute(execute, parameters)
    row: tuple[Any, ...] = cursor.fetchone()
    return row
