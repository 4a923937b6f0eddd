"""Child processes: started in a group of their own, watched, stopped by their own id."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1


class Child:
    """One program of the installation, with its output in a file of its own.

    It gets a process group of its own, so that Ctrl-C at the terminal reaches the supervisor alone,
    which then stops its children in order.
    """

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )

    @property
    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def ask_to_stop(self) -> None:
        """SIGTERM to the program itself: it stops its own workers in its own way."""
        if self.process is not None and not self.ended:
            self.process.terminate()

    def make_sure_it_stopped(self, deadline: float) -> None:
        """Wait until ``deadline`` (monotonic seconds), then end what is left of its group."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(deadline - time.monotonic(), 0.1))
        # Its own group: made for it in `start`, so nobody else is in it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        if not self.log.exists():
            return ""
        said = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join("  | " + line for line in said[-lines:])


def stop_all(children: Sequence[Child], *, seconds: float) -> None:
    """Ask all to stop, wait for them together, end those that do not."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + seconds
    for child in children:
        child.make_sure_it_stopped(deadline)


def is_port_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do, so that a port whose last owner just left counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _end_with_parent() -> None:
    """A supervisor that is killed takes its children along: no server is left without an owner."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
