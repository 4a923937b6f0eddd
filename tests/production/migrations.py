"""Which operations of a migration the release before it could not bear while it still runs.

README, "Production", says the rules; this reads migrations by them. It knows the operations that
Django writes; SQL of our own (``RunSQL``) is read for the few words that do harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.postgres import operations as of_postgres
from django.db import migrations, models

# So many rows may be there that building an index keeps everybody waiting.
LARGE = ("ledger", "sales", "providers", "companies", "welfare_wallet", "vouchers", "sfa_logistics")
IN_SQL = {
    r"\bDROP\s+(TABLE|COLUMN)\b|\bRENAME\b|\bTRUNCATE\b": "takes away what is still used",
    r"\bALTER\s+COLUMN\b[^;]*\b(TYPE|SET\s+NOT\s+NULL)\b": "may rewrite the whole table",
    r"\bADD\s+CONSTRAINT\b(?![^;]*\bNOT\s+VALID\b)": "NOT VALID first, validated after",
    r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)": "CONCURRENTLY, in a migration of its own",
}


def unbearable(migration: migrations.Migration) -> list[str]:
    """A sentence for each operation that is against the rules."""
    made_here = {
        one.name_lower for one in migration.operations if isinstance(one, migrations.CreateModel)
    }
    return [
        f"{migration.app_label}.{migration.name}: {operation.describe()}: {why}"
        for operation in _of_the_database(migration.operations)
        if str(getattr(operation, "model_name", "")).lower() not in made_here
        for why in _wrong(operation, migration.app_label)
    ]


def _of_the_database(operations: Iterable[Any]) -> Iterator[Any]:
    """What only Django is told moves nothing."""
    for one in operations:
        if isinstance(one, migrations.SeparateDatabaseAndState):
            yield from _of_the_database(one.database_operations)
        else:
            yield one


def _wrong(operation: Any, room: str) -> Iterator[str]:
    if isinstance(operation, migrations.RenameField | migrations.RenameModel):
        yield "add, write both, copy, read the new, drop: each in a release of its own"
    elif isinstance(operation, migrations.RemoveField | migrations.DeleteModel):
        yield "the release before may still read it: drop it one release later"
    elif isinstance(operation, migrations.AlterModelTable):
        yield "the release before knows the table by its old name"
    elif isinstance(operation, migrations.AddField):
        yield from _added(operation.field)
    elif isinstance(operation, migrations.AlterField) and not operation.field.null:
        yield "may rewrite the table, or refuse what the release before writes"
    elif isinstance(operation, migrations.AddIndex):
        if room in LARGE and not isinstance(operation, of_postgres.AddIndexConcurrently):
            yield "CONCURRENTLY, in a migration of its own"
    elif isinstance(operation, migrations.AddConstraint):
        # Django 3.2 has no word for it; there it is SQL.
        if not isinstance(operation, getattr(of_postgres, "AddConstraintNotValid", ())):
            yield "NOT VALID first, validated after"
    elif isinstance(operation, migrations.RunSQL):
        yield from _in_sql(operation)


def _added(field: Any) -> Iterator[str]:
    """Django takes a default away from the database again: what does not know the column, and
    writes a row, would leave it empty."""
    in_database = getattr(field, "db_default", models.NOT_PROVIDED) is not models.NOT_PROVIDED
    if not field.null and not field.many_to_many and not in_database:
        yield "the release before does not write it: let it be null for one release"


def _in_sql(operation: migrations.RunSQL) -> Iterator[str]:
    parts = [operation.sql] if isinstance(operation.sql, str) else operation.sql
    for part in parts:
        text = part if isinstance(part, str) else part[0]
        for pattern, why in IN_SQL.items():
            if re.search(pattern, text, re.IGNORECASE):
                yield why
