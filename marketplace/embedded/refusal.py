"""What stops a start: a sentence that says what to do, printed without a traceback."""

from __future__ import annotations

import errno

DISK_FULL = "The disk is full. Free some space, then run the same command again."


class CannotStart(Exception):
    """Its text is for the person at the terminal."""


def is_disk_full(error: BaseException) -> bool:
    """Whether ``error``, or what caused it, is a full disk."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno == errno.ENOSPC:
            return True
        if "No space left on device" in str(seen):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
