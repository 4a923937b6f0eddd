"""How a move is refused: for whoever is at the terminal, in the language of the commands."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, OperationalError

from marketplace.embedded.refusal import DISK_FULL, is_disk_full
from marketplace.refusals import Refusal


class MoveRefused(Refusal):
    """Nothing has changed; its sentence says what to do."""


def broken(name: object) -> MoveRefused:
    """Refusal ARCHIVE_BROKEN."""
    return MoveRefused(
        "ARCHIVE_BROKEN",
        f"{name} is no whole export: it was cut off, damaged or changed. Copy it again, or make "
        "another export.",
    )


@contextmanager
def faults_said() -> Iterator[None]:
    """What stops a move from outside, as a refusal: the disk, a file, the database."""
    try:
        yield
    except (OSError, Error) as fault:
        raise _said(fault) from fault


def _said(fault: OSError | Error) -> MoveRefused:
    if is_disk_full(fault):
        return MoveRefused("DISK_FULL", DISK_FULL)
    if isinstance(fault, OSError):
        return _of_a_file(fault)
    # What follows names a row, and so perhaps a person.
    reason = str(fault).partition("\n")[0]
    if isinstance(fault, OperationalError):
        return MoveRefused(
            "DATABASE_FAILED",
            f"PostgreSQL did not go on ({reason}). Nothing was kept; run the same command again.",
        )
    return MoveRefused(
        "ROWS_DO_NOT_FIT", f"A row does not fit here ({reason}). Nothing was kept; export again."
    )


def _of_a_file(fault: OSError) -> MoveRefused:
    name = fault.filename or "A file"
    if isinstance(fault, FileNotFoundError):
        return MoveRefused("FILE_NOT_FOUND", f"{name}: there is no such file or folder here.")
    return MoveRefused(
        "FILE_FAILED",
        f"{name} could not be read or written by user {os.geteuid()}: {fault.strerror or fault}. "
        "Nothing was kept. Let that user do it, or name - and give the file by standard input or "
        "take it from standard output.",
    )
