"""The one place that calls PostgreSQL, so that psycopg2 (Django 3.2) and psycopg 3 (Django 5.2)
differ nowhere else. Both adapt lists to arrays; the casts in the statements give their type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection


def fetch_one(statement: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
    """The only row of a statement that always gives one."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()


def fetch_all(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
