"""Who keeps the API's processes: who ends is replaced, who is slow is not, all end when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from marketplace.embedded.setup import PROJECT
from marketplace.operation.forking import CANNOT_BEGIN

LONGEST_SECONDS = 60

# Each process writes a file named by its number and works until it is told to end.
AT_WORK = """
import os, signal, sys
from pathlib import Path
from marketplace.operation.forking import Crew

def work():
    Path(sys.argv[1], str(os.getpid())).touch()
    while True:
        signal.pause()

sys.exit(Crew(2, work).keep())
"""
CANNOT = """
import sys
from pathlib import Path
from marketplace.operation.forking import Crew

def work():
    Path(sys.argv[1], "tried").open("a").write("x")
    raise ValueError("a secret is missing")

sys.exit(Crew(1, work).keep())
"""


@contextmanager
def running(program: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        cwd=PROJECT, stderr=subprocess.PIPE, text=True,
    ) as first:  # fmt: skip
        try:
            yield first
        finally:
            if first.poll() is None:
                first.terminate()


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)


def begun(folder: Path) -> set[int]:
    return {int(file.name) for file in folder.iterdir()}


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_who_is_killed_is_replaced_and_the_others_stay(tmp_path):
    with running(AT_WORK, tmp_path):
        wait_for(lambda: len(begun(tmp_path)) == 2)
        killed, other = begun(tmp_path)
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: len(begun(tmp_path)) == 3)
        assert is_there(other)
        assert not is_there(killed)


def test_all_end_when_the_first_is_told_to(tmp_path):
    with running(AT_WORK, tmp_path) as first:
        wait_for(lambda: len(begun(tmp_path)) == 2)
        first.terminate()
        assert first.wait(LONGEST_SECONDS) == 0
        assert not any(is_there(process) for process in begun(tmp_path))


def test_who_answers_nothing_is_left_alone(tmp_path):
    """A process that gets no processor looks like this; killing it would not give it one."""
    with running(AT_WORK, tmp_path):
        wait_for(lambda: len(begun(tmp_path)) == 2)
        slow, other = begun(tmp_path)
        os.kill(slow, signal.SIGSTOP)
        # Another is replaced meanwhile: the first process has been at work, and passed over this.
        os.kill(other, signal.SIGKILL)
        wait_for(lambda: len(begun(tmp_path)) == 3)
        assert is_there(slow)
        os.kill(slow, signal.SIGCONT)


def test_a_start_that_cannot_be_ends_all_and_says_why(tmp_path):
    with running(CANNOT, tmp_path) as first:
        _said, why = first.communicate(timeout=LONGEST_SECONDS)
        assert first.returncode == CANNOT_BEGIN
        assert "a secret is missing" in why
        assert (tmp_path / "tried").read_text() == "x"
