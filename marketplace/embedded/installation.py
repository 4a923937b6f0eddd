"""Which installation runs from a data folder: for programs that talk to it, as the demo does."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from marketplace.embedded.refusal import CannotStart

PROJECT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("WELFAREPIU_DATA") or PROJECT / ".data")
START_SECONDS = 600  # the first time it migrates and loads the demo territory


@dataclass(frozen=True)
class Installation:
    """A supervisor and the addresses of what it has started (``ready``) or is starting."""

    pid: int
    api: str
    stripe: str
    storefront: str = ""
    ready: bool = False


def note(data: Path) -> Path:
    """The file that a supervisor holds locked as long as it runs, and notes itself in."""
    return data / "run.lock"


def running(data: Path = DATA) -> Installation | None:
    """The installation that runs from ``data``, if one does."""
    file = note(data)
    if not file.exists():
        return None
    with file.open("r") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return read(lock.read())
    return None


def read(text: str) -> Installation | None:
    """What a note says; nothing in the moment between taking the lock and writing the note."""
    try:
        return Installation(**json.loads(text))
    except ValueError:
        return None


def write(file: Path, installation: Installation) -> None:
    file.write_text(json.dumps(asdict(installation)), encoding="utf-8")


@contextmanager
def ensured(data: Path = DATA) -> Iterator[Installation]:
    """The installation that runs from ``data``, or one started for the length of the block.

    Raises:
        CannotStart: it would not start; says why in the supervisor's own words.
    """
    found = running(data)
    if found and found.ready:
        yield found
        return
    data.mkdir(parents=True, exist_ok=True)
    said = data / "run.out"
    with said.open("w", encoding="utf-8") as out:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "marketplace.embedded.run", "--data", str(data)],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield _wait(supervisor, data, said)
    finally:
        if supervisor.poll() is None:
            supervisor.send_signal(signal.SIGTERM)
        supervisor.wait()


def _wait(supervisor: subprocess.Popen[bytes], data: Path, said: Path) -> Installation:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = running(data)
        if found and found.ready:
            return found
        if supervisor.poll() is not None:
            break
        time.sleep(0.2)
    raise CannotStart(said.read_text(encoding="utf-8").strip() or "It did not start in time.")
