"""What the whole database holds, in one statement: to see that something changed nothing."""

from __future__ import annotations

from functools import lru_cache

from django.db import connection


@lru_cache(maxsize=1)
def _statement() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        )
        tables = [name for (name,) in cursor.fetchall()]
    return " UNION ALL ".join(
        f"SELECT '{name}', (SELECT md5(string_agg(row, '|' ORDER BY row))"
        f" FROM (SELECT t::text AS row FROM {name} t) rows)"
        for name in tables
    )


def contents() -> dict[str, str | None]:
    """A digest of every table's rows, by table; two that are equal hold the same."""
    with connection.cursor() as cursor:
        cursor.execute(_statement())
        return dict(cursor.fetchall())
