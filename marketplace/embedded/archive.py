"""What a backup is: a folder with a dump, the pictures, and a manifest that says what is in them.

``database.dump`` is pg_dump's custom format; ``media.tar`` what was uploaded; ``manifest.json`` has
the SHA-256 of both, and the ledger's digest at the moment of the dump. The encryption keys and the
other secrets are in none of them: keep those elsewhere, or what is encrypted is lost.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from marketplace.embedded import postgres
from marketplace.embedded.refusal import CannotStart

DUMP, MEDIA, MANIFEST = "database.dump", "media.tar", "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """``sha256`` by file name; ``made_at`` in UTC; ``ledger`` is the ledger's digest."""

    made_at: str
    postgresql: int
    sha256: Mapping[str, str]
    ledger: str
    transfers: int


class BackupRefused(CannotStart):
    """Its text is for the person at the terminal."""


def write(folder: Path, manifest: Manifest) -> None:
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """The manifest of a whole backup.

    Raises:
        BackupRefused: there is none, or a file is not what was written.
    """
    try:
        found = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BackupRefused(f"{folder} is no whole backup. Name the folder of one.") from error
    for name, wanted in found.sha256.items():
        if not (folder / name).is_file() or sha256(folder / name) != wanted:
            raise BackupRefused(
                f"{folder / name} is not the file that was backed up: it was damaged or changed. "
                "Use another copy of this backup, or an older one."
            )
    return found


def sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def run(program: str, arguments: Sequence[str]) -> None:
    """Run one of PostgreSQL's programs on the database that Django is set to.

    The password goes by the environment, where no list of processes shows it.

    Raises:
        BackupRefused: it failed; what it said is kept.
    """
    from django.db import connection

    given: dict[str, Any] = connection.get_connection_params()
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PGHOST": str(given.get("host") or ""),
        "PGPORT": str(given.get("port") or ""),
        "PGUSER": str(given.get("user") or ""),
        "PGPASSWORD": str(given.get("password") or ""),
        "PGDATABASE": str(given.get("dbname") or given.get("database")),
    }
    done = subprocess.run(
        [str(postgres.program(program)), *arguments],
        env={name: value for name, value in environment.items() if value},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BackupRefused(f"{done.stderr.strip()}\n{program} did not finish.")
