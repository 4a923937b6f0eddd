"""``python -m marketplace.embedded.restore FOLDER [--into NAME]``: a backup into an empty database.

All of it or nothing: one transaction. Then the ledger is verified and its digest held against the
one that was noted with the dump.
"""

from __future__ import annotations

import argparse
import os
import sys
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from marketplace.embedded import archive, postgres
from marketplace.embedded.archive import DUMP, MEDIA, BackupRefused, Manifest
from marketplace.embedded.refusal import CannotStart


@dataclass(frozen=True)
class Restored:
    """``keys_fit``: whether this installation's keys read what is encrypted in it."""

    manifest: Manifest
    keys_fit: bool


def restore(folder: Path, *, media: Path) -> Restored:
    """Restore the backup in ``folder`` into the database that Django is set to.

    Raises:
        BackupRefused: the backup is damaged, the database is not empty, pg_restore failed, it is of
            an earlier version, or what came out of it is not what went in.
    """
    manifest = archive.read(folder)
    _check_empty()
    options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    name = _database()
    archive.run("pg_restore", [*options, f"--dbname={name}", str(folder / DUMP)])
    _check_version()
    _check_ledger(manifest)
    _unpack(folder / MEDIA, media)
    from marketplace.operation.keys import keys_read_the_probe

    return Restored(manifest, keys_read_the_probe())


def _database() -> str:
    from django.db import connection

    return str(connection.settings_dict["NAME"])


def _check_empty() -> None:
    from marketplace.ledger.database import fetch_one

    (tables,) = fetch_one("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    if tables:
        raise BackupRefused(
            f"The database {_database()} is not empty: it has {tables} tables. Restore into a new "
            "one: --into NAME makes it."
        )


def _check_version() -> None:
    """An earlier version's ledger is not one that this version's verification can read."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        lacking = ", ".join(f"{one.app_label}.{one.name}" for one, _backwards in missing)
        raise BackupRefused(
            f"It is restored, and it is of an earlier version (without {lacking}): this version "
            "cannot hold its ledger against the backup. Restore it with the version that made it; "
            "or start this version on it, which migrates it, and then run ledger_verify."
        )


def _check_ledger(manifest: Manifest) -> None:
    from django.db import connection

    from marketplace.ledger.digest import digest
    from marketplace.ledger.verification import verify

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    wrong = verify()
    if wrong:
        raise BackupRefused(
            f"It is restored, and its ledger is wrong in {len(wrong)} places ({wrong[0].code}, "
            f"{wrong[0].subject}). Do not use it; use another backup."
        )
    if digest() != manifest.ledger:
        raise BackupRefused(
            "It is restored, and its ledger is not the one that was backed up. Do not use it; use "
            "another backup."
        )


def _unpack(file: Path, media: Path) -> None:
    """The pictures, beside those that are there; none is written over."""
    with tarfile.open(file) as packed:
        media.mkdir(parents=True, exist_ok=True)
        wanted = [one for one in packed if one.isdir() or not (media / one.name).exists()]
        packed.extractall(media, members=wanted, filter="data")


def main(arguments: Sequence[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.embedded")
    parser = argparse.ArgumentParser(prog="python -m marketplace.embedded.restore")
    parser.add_argument("folder", type=Path, help="a backup")
    parser.add_argument("--into", help="a new database of the embedded server, made for it")
    given = parser.parse_args(arguments)
    try:
        if given.into:
            os.environ["DATABASE_URL"] = _url_of(given.into)
        import django

        django.setup()
        from django.conf import settings

        done = restore(given.folder, media=Path(settings.MEDIA_ROOT))
    except CannotStart as refusal:
        print(refusal)
        return 1
    print(
        f"Restored into {_database()}: {done.manifest.transfers} transfers of "
        f"{done.manifest.made_at}, the ledger is sound and the same."
    )
    if given.into:
        print(f"To run on it: DATABASE_URL={os.environ['DATABASE_URL']} make run")
    if not done.keys_fit:
        print(
            "The encryption keys here do not read it: put those of the backed-up installation into "
            "WELFAREPIU_ENCRYPTION_KEYS before you start on it."
        )
    return 0


def _url_of(name: str) -> str:
    from marketplace.embedded.installation import DATA

    return postgres.running_url(DATA / "postgres", name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
