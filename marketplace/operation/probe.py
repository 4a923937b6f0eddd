"""A container's own health check: exit code 0 for well, 1 with a word for ill. Imports nothing.

``python -m marketplace.operation.probe http://127.0.0.1:8000/health/ready``: it answers 200.
``python -m marketplace.operation.probe /tmp/alive 120``: the file is younger than so many seconds.
"""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

TIMEOUT_SECONDS = 8


def answers(url: str) -> str:
    """What is wrong with what ``url`` answers; empty where it is 200."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return "" if answer.status == 200 else f"it answers {answer.status}"
    except urllib.error.HTTPError as error:
        return f"it answers {error.code}: {error.read(2000).decode(errors='replace')}"
    except OSError as error:
        return f"it does not answer ({type(error).__name__})"


def is_fresh(file: Path, seconds: float) -> str:
    """What is wrong with a file that shows life; empty where it was renewed lately."""
    try:
        age = time.time() - file.stat().st_mtime
    except OSError:
        return "it has shown no life yet"
    return "" if age <= seconds else f"it last showed life {age:.0f} s ago"


def main(arguments: Sequence[str]) -> int:
    if len(arguments) == 1 and arguments[0].startswith("http://"):
        wrong = answers(arguments[0])
    elif len(arguments) == 2:
        wrong = is_fresh(Path(arguments[0]), float(arguments[1]))
    else:
        wrong = str(__doc__)
    if wrong:
        print(wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
