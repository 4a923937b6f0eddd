"""A territory told: everything of one moment into one file, while people go on buying."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

from django.core.files.storage import default_storage
from django.db import connection, transaction

from marketplace.ledger.digest import digest
from marketplace.ledger.models import Transfer
from marketplace.operation.moving import fingerprints, rooms
from marketplace.operation.moving.archive import CHUNK, ROOMS, SHOP, Manifest, Packing, packing
from marketplace.operation.moving.refusals import faults_said
from marketplace.shop import engine, moving

#: Called with what has been done, and of how many rows.
Advance = Callable[[str, int], None]


def territory_export(into: Path | IO[bytes], *, advance: Advance) -> Manifest:
    """Write the territory of this installation into a file, which is new, or into a stream.

    Raises:
        Refusal: FILE_EXISTS, FILE_NOT_FOUND, FILE_FAILED, KEY_MISSING, DISK_FULL,
            DATABASE_FAILED; then there is no file.
    """
    with faults_said(), transaction.atomic(), packing(into) as packed:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _pack(packed, advance)


def _pack(packed: Packing, advance: Advance) -> Manifest:
    keys = fingerprints.needed()
    for table in rooms.tables():
        advance(table, packed.add_rows(ROOMS + table, _rows_of(table)))
    for kind in moving.FACTS:
        advance(kind, packed.add_rows(SHOP + kind, told(facts_of(kind))))
    missing = _pack_files(packed, advance)
    manifest = Manifest(
        made_at=datetime.now(UTC).isoformat(),
        project=project_version(),
        engine=engine.NAME,
        migrations=rooms.migrations(),
        ledger=digest(),
        transfers=Transfer.objects.count(),
        keys=keys,
        territories=rooms.territories(),
        last_keys=rooms.last_keys(),
        rows=packed.rows,
        sha256=packed.sha256,
        left=dict(rooms.non_empty(_left_behind())),
        missing_files=missing,
    )
    packed.finish(manifest)
    return manifest


def project_version() -> str:
    try:
        return version("welfarepiu")
    except PackageNotFoundError:
        return "of a source tree"


def _rows_of(table: str) -> Iterator[str]:
    """The rows in the order of their keys, as the database writes JSON: nothing is rounded."""
    order = ", ".join(map(rooms.quoted, rooms.key(table))) or "1"
    names = ", ".join(map(rooms.quoted, rooms.columns(table)))
    return told(f"SELECT {names} FROM {rooms.quoted(table)} ORDER BY {order}")  # noqa: S608


def facts_of(kind: str) -> str:
    """A SELECT of one kind of fact with exactly its columns."""
    names = ", ".join(
        f"{name}::{type_} AS {name}"
        for name, type_ in (column.split() for column in moving.FACTS[kind].split(", "))
    )
    return f"SELECT {names} FROM ({moving.READ[kind]}) AS fact ORDER BY 1, 2"  # noqa: S608


def told(select: str) -> Iterator[str]:
    """Rows as JSON, a batch at a time from the server."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT row_to_json(told)::text FROM ({select}) AS told")  # noqa: S608
        for (row,) in cursor:
            yield row


def _pack_files(packed: Packing, advance: Advance) -> int:
    """The pictures that the facts name; how many of them are not where they should be."""
    names = sorted(set(file_names()))
    missing = 0
    for name in names:
        if default_storage.exists(name):
            packed.add_file(name, _content(name))
        else:
            missing += 1
    advance("media", len(names) - missing)
    return missing


def file_names() -> Iterable[str]:
    """The names of all pictures in the shop's media."""
    with connection.cursor() as cursor:
        for kind, column in moving.FILES:
            cursor.execute(
                f"SELECT {column} FROM ({facts_of(kind)}) AS fact WHERE {column} <> ''"  # noqa: S608
            )
            yield from (name for (name,) in cursor.fetchall())


def _content(name: str) -> Iterator[bytes]:
    with default_storage.open(name, "rb") as content:
        yield from content.chunks(CHUNK)


def _left_behind() -> list[str]:
    """Saleor's tables that no fact is read from and that belong to no installation by itself."""
    known = {*moving.WRITTEN, *moving.OF_THE_INSTALLATION}
    return [name for name in rooms.all_tables() if not rooms.is_ours(name) and name not in known]


def file_in(text: str) -> Path:
    """The path of an export, absolute."""
    return Path(os.path.abspath(text))
