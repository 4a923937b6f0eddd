"""``python -m marketplace.embedded.backup [FOLDER]``: a whole copy of one moment, while it runs.

The dump and the ledger's digest are read in one snapshot, so that a restore can be held against
what was there, to the cent, whatever was bought meanwhile.
"""

from __future__ import annotations

import argparse
import os
import sys
import tarfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from marketplace.embedded import archive
from marketplace.embedded.archive import DUMP, MEDIA, BackupRefused, Manifest
from marketplace.embedded.refusal import DISK_FULL, CannotStart, is_disk_full


def backup(into: Path, *, media: Path) -> Path:
    """Make a backup in a new folder of ``into`` and return it; it bears its name once it is whole.

    Raises:
        BackupRefused: pg_dump did not finish.
    """
    now = datetime.now(UTC)
    name = f"welfarepiu-{now:%Y%m%dT%H%M%SZ}"
    making = into / f"{name}.unfinished"
    # It holds names and addresses: for its owner alone.
    making.mkdir(mode=0o700, parents=True)
    transfers, ledger, version = _dump(making / DUMP)
    _pack(media, making / MEDIA)
    sums = {file: archive.sha256(making / file) for file in (DUMP, MEDIA)}
    archive.write(making, Manifest(now.isoformat(), version, sums, ledger, transfers))
    whole = into / name
    making.rename(whole)
    return whole


def _dump(file: Path) -> tuple[int, str, int]:
    """Dump one moment; the ledger's transfers and digest of the same moment, and the server's
    version."""
    from django.db import connection, transaction

    from marketplace.ledger.digest import digest
    from marketplace.ledger.models import Transfer

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        options = ["--format=custom", "--no-owner", "--no-privileges"]
        archive.run("pg_dump", [*options, f"--snapshot={snapshot}", f"--file={file}"])
        return Transfer.objects.count(), digest(), connection.pg_version


def _pack(media: Path, file: Path) -> None:
    with tarfile.open(file, "w") as packed:
        if media.is_dir():
            packed.add(media, arcname=".")


def main(arguments: Sequence[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.embedded")
    parser = argparse.ArgumentParser(prog="python -m marketplace.embedded.backup")
    parser.add_argument("folder", nargs="?", type=Path, help="where to (.data/backups)")
    given = parser.parse_args(arguments)
    try:
        import django

        django.setup()
        from django.conf import settings

        into = given.folder or Path(settings.DATA) / "backups"
        made = backup(into, media=Path(settings.MEDIA_ROOT))
    except CannotStart as refusal:
        print(refusal)
        return 1
    except OSError as error:
        if not is_disk_full(error):
            raise
        print(DISK_FULL)
        return 1
    print(
        f"Backed up into {made}. The keys that read it are not in it: keep "
        f"{Path(settings.DATA) / 'secrets.json'} elsewhere, and safe."
    )
    return 0


__all__ = ["BackupRefused", "backup"]

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
