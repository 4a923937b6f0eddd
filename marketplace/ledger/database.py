"""The one place that calls PostgreSQL, so that psycopg2 (Django 3.2) and psycopg 3 (Django 5.2)
differ nowhere else. Both adapt lists to arrays; the casts in the statements give their type.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection

# Statements that a server connection has prepared, with their names; gone with the connection.
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
    with connection.cursor() as cursor:
        names = _prepared.setdefault(connection.connection, {})
        name = names.get(statement)
        if name is None:
            name = f"ledger_{len(names)}"
            numbered = statement % tuple(f"${n}" for n in range(1, len(parameters) + 1))
            cursor.execute(f"PREPARE {name} AS {numbered}")
            # Only now: where preparing has failed, the next call tries again.
            names[statement] = name
        cursor.execute(f"EXECUTE {name} ({', '.join(['%s'] * len(parameters))})", parameters)
        return cursor.fetchone()
