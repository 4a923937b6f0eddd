"""What the whole database holds, in one statement: to see that something changed nothing."""

from __future__ import annotations

from functools import lru_cache

from django.db import connection

# What is refused is noted here, so that nobody tries many: it is what they are for.
OF_REFUSALS = {"vouchers_redeemattempt"}


@lru_cache(maxsize=1)
def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def contents() -> dict[str, str | None]:
    """A digest of every table's rows, by table; two that are equal hold the same. Not of those that
    note what was refused."""
    digests = " UNION ALL ".join(
        f"SELECT '{name}', (SELECT md5(string_agg(row, '|' ORDER BY row))"
        f" FROM (SELECT t::text AS row FROM {name} t) rows)"
        for name in _tables()
        if name not in OF_REFUSALS
    )
    with connection.cursor() as cursor:
        cursor.execute(digests)
        return dict(cursor.fetchall())


def with_rows_over(characters: int) -> list[str]:
    """The tables of which a row, written out, is longer than that; encrypted ones too."""
    found = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name} t WHERE length(t::text) > %(most)s)"
        for name in _tables()
    )
    with connection.cursor() as cursor:
        cursor.execute(found, {"most": characters})
        return [name for (name,) in cursor.fetchall()]
