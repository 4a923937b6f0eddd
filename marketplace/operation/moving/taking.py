"""A territory taken: the whole file into an empty installation, or nothing of it."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction

from marketplace.ledger import accounts
from marketplace.ledger.digest import digest
from marketplace.ledger.verification import verify
from marketplace.operation.moving import fingerprints, rooms
from marketplace.operation.moving.archive import CHUNK, ROOMS, SHOP, Manifest, Unpacking, unpacking
from marketplace.operation.moving.refusals import MoveRefused, broken, faults_said
from marketplace.shop import engine, moving
from marketplace.window.services import window_refill

#: Called with what has been done, and of how many rows.
Advance = Callable[[str, int], None]

# Of rows sent to the server at once: few enough for little memory, enough to cost few round trips.
BATCH_BYTES = 1 << 20


def territory_import(file: Path | IO[bytes], *, advance: Advance) -> Manifest:
    """Take the territory in ``file`` into this installation, in which nobody has done anything.

    Nobody else may work on the database meanwhile; whoever tries waits until it is done. What is
    killed half-way leaves an empty database, and perhaps pictures that the next try finds there.

    Raises:
        Refusal: FILE_NOT_FOUND, FILE_FAILED, ARCHIVE_BROKEN, ARCHIVE_FORMAT_UNKNOWN,
            PROJECT_DIFFERS, KEY_MISSING, TARGET_NOT_EMPTY, PICTURE_DIFFERS, ROWS_DO_NOT_FIT,
            LEDGER_DIFFERS, LEDGER_UNSOUND, DISK_FULL, DATABASE_FAILED; then nothing has changed.
    """
    try:
        with faults_said(), unpacking(file) as packed:
            _check_fits(packed.manifest)
            _check_empty(rooms.tables())
            with _files(packed, advance), transaction.atomic():
                _take(packed, advance)
            return packed.manifest
    except zipfile.BadZipFile as error:
        raise broken("The export") from error
    finally:
        # What this process remembers of the ledger's accounts was of an empty one.
        accounts.forget()


@contextmanager
def spooled(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """What comes by a stream, as a file that has no name: it goes with this process.

    It lies where pictures do: a container may have no other place for as much.

    Raises:
        Refusal: DISK_FULL, FILE_FAILED.
    """
    with faults_said():
        Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=settings.MEDIA_ROOT) as file:
            shutil.copyfileobj(stream, file, CHUNK)
            file.seek(0)
            yield file


def _check_fits(manifest: Manifest) -> None:
    ours = rooms.migrations()
    if manifest.migrations != ours:
        other = sorted(
            label
            for label in {*ours, *manifest.migrations}
            if ours.get(label) != manifest.migrations.get(label)
        )
        raise MoveRefused(
            "PROJECT_DIFFERS",
            f"The export is of WELFAREPIU {manifest.project}, whose tables are not the ones here "
            f"({', '.join(other)}). Bring both installations to the same version, migrate both, "
            "then export again.",
        )
    missing = sorted({*manifest.keys} - fingerprints.configured().keys())
    if missing:
        raise MoveRefused(
            "KEY_MISSING",
            f"The keys with the fingerprints {', '.join(missing)} are needed to read what is "
            "encrypted, and are not in WELFAREPIU_ENCRYPTION_KEYS here. Add them there.",
        )


@contextmanager
def _files(packed: Unpacking, advance: Advance) -> Iterator[None]:
    """Put the pictures where they belong; away with them again where the rest fails."""
    written: list[str] = []
    try:
        for name in packed.files():
            if _write_file(packed, name):
                written.append(name)
        advance("media", len(written))
        yield
    except BaseException:
        for name in written:
            default_storage.delete(name)
        raise


def _write_file(packed: Unpacking, name: str) -> bool:
    """Write a picture; False where it is there. Another one of that name is not written over."""
    try:
        if default_storage.exists(name):
            _check_same(packed, name)
            return False
        with packed.open_file(name) as content:
            return bool(default_storage.save(name, File(content)) == name)
    except SuspiciousOperation as error:
        raise MoveRefused("ARCHIVE_BROKEN", f"The export holds a file named {name}.") from error


def _check_same(packed: Unpacking, name: str) -> None:
    with default_storage.open(name, "rb") as there:
        if packed.is_file(name, there.chunks(CHUNK)):
            return
    raise MoveRefused(
        "PICTURE_DIFFERS",
        f"{default_storage.path(name)} is there already, and is not what was exported: perhaps an "
        "import was ended while it wrote it. Remove it, then run the same command again.",
    )


def _take(packed: Unpacking, advance: Advance) -> None:
    manifest = packed.manifest
    tables = rooms.tables()
    if set(packed.tables()) != set(tables):
        raise MoveRefused("PROJECT_DIFFERS", "The export has other tables than this installation.")
    rooms.territories_make(manifest.territories)
    guarded = [*tables, *moving.WRITTEN]
    _triggers("DISABLE", guarded)
    _check_empty(tables)
    _clear(tables)
    for kind in moving.FACTS:
        _take_facts(packed, kind)
    moving.before_writing()
    for statement in moving.WRITE:
        _do(statement)
    advance("shop", sum(packed.manifest.rows[f"{SHOP}{kind}.jsonl"] for kind in moving.FACTS))
    for table in tables:
        advance(table, _take_rows(packed, table))
    _translate(manifest.engine)
    _do("SET CONSTRAINTS ALL IMMEDIATE")
    for table in guarded:
        rooms.keys_go_on(table, manifest.last_keys)
    _triggers("ENABLE", guarded)
    window_refill()
    _check_ledger(manifest)


def _triggers(able: str, tables: Iterable[str]) -> None:
    """Our guards stand aside while history is copied: it is what they let pass when it happened.

    Keys, checks and references are held all the same. The lock keeps everybody else out until the
    end.
    """
    for table in tables:
        _do(f"ALTER TABLE {rooms.quoted(table)} {able} TRIGGER USER")


def _check_empty(tables: list[str]) -> None:
    theirs = [name for name in moving.WRITTEN if name not in moving.NEW]
    ours = [name for name in tables if name not in rooms.FILLED_BY_US]
    full = dict(rooms.non_empty([*ours, *theirs]))
    full |= {
        name: count for name, count in rooms.non_empty(list(moving.NEW)) if count > moving.NEW[name]
    }
    if full:
        named = ", ".join(f"{name} ({count})" for name, count in list(full.items())[:5])
        raise MoveRefused(
            "TARGET_NOT_EMPTY",
            f"This installation has rows of its own: {named}. Import into a new database.",
        )


def _clear(tables: list[str]) -> None:
    """Take out what migrations made; the territory brings its own."""
    for table in [*moving.NEW, *[name for name in reversed(tables) if name in rooms.FILLED_BY_US]]:
        _do(f"DELETE FROM {rooms.quoted(table)}")  # noqa: S608


def _take_facts(packed: Unpacking, kind: str) -> None:
    table = f"fact_{kind}"
    _do(f"CREATE TEMPORARY TABLE {table} ({moving.FACTS[kind]}) ON COMMIT DROP")
    names = [column.split()[0] for column in moving.FACTS[kind].split(", ")]
    _insert(packed, SHOP + kind, table, ", ".join(names))
    _do(f"ANALYZE {table}")


def _take_rows(packed: Unpacking, table: str) -> int:
    names = ", ".join(map(rooms.quoted, rooms.columns(table)))
    return _insert(packed, ROOMS + table, rooms.quoted(table), names)


def _insert(packed: Unpacking, member: str, table: str, columns: str) -> int:
    """Rows as they are in the file: the server reads the JSON that a server wrote."""
    statement = (
        f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"  # noqa: S608
        f" SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"
    )
    count = 0
    with connection.cursor() as cursor:
        for batch in _batches(packed.rows(member)):
            cursor.execute(statement, [f"[{','.join(batch)}]"])
            count += cursor.rowcount
    if count != packed.manifest.rows[f"{member}.jsonl"]:
        raise MoveRefused(
            "ROWS_DO_NOT_FIT", f"{member} has other rows than its manifest says. Export again."
        )
    return count


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line)
        if size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _translate(told_by: str) -> None:
    """Our references to orders and to their lines, into the keys that they have here."""
    if told_by == engine.NAME:
        return
    for kind, columns in (("order", rooms.ORDERS), ("order_line", rooms.LINES)):
        named = " UNION ".join(f"SELECT {column} AS was FROM {table}" for table, column in columns)  # noqa: S608
        _do(
            f"CREATE TEMPORARY TABLE moved_{kind} ON COMMIT DROP AS"  # noqa: S608
            f" SELECT id AS was, {moving.KEY}::text AS now FROM fact_{kind} UNION ALL"
            f" SELECT was, {moving.NO_ORDER} FROM ({named}) AS named"
            f" WHERE was <> '' AND was NOT IN (SELECT id FROM fact_{kind})"
        )
        for table, column in columns:
            _do(
                f"UPDATE {table} SET {column} = now FROM moved_{kind} WHERE {column} = was"  # noqa: S608
            )


def _check_ledger(manifest: Manifest) -> None:
    if digest() != manifest.ledger:
        raise MoveRefused(
            "LEDGER_DIFFERS",
            "The ledger that came out is not the one that was exported. Nothing was kept.",
        )
    wrong = verify()
    if wrong:
        raise MoveRefused(
            "LEDGER_UNSOUND",
            f"The exported ledger is wrong in {len(wrong)} places ({wrong[0].code}, "
            f"{wrong[0].subject}). Nothing was kept; see what `ledger_verify` says where it comes "
            "from.",
        )


def _do(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
