"""How a move is refused: for whoever is at the terminal, in the language of the commands."""

from __future__ import annotations

from pathlib import Path

from marketplace.refusals import Refusal


class MoveRefused(Refusal):
    """Nothing has changed; its sentence says what to do."""


def broken(file: Path) -> MoveRefused:
    """Refusal ARCHIVE_BROKEN."""
    return MoveRefused(
        "ARCHIVE_BROKEN",
        f"{file} is no whole export: it was cut off, damaged or changed. Copy it again, or make "
        "another export.",
    )
