"""One process that keeps so many others at work: replaces who ends, ends all when it is told to.

Nobody is ended for being slow. A process that starts, or that waits for a processor, looks like
one that hangs; uvicorn's own ``--workers`` kills both after five seconds, on a busy machine again
and again and in the middle of somebody's purchase. Whether the API serves is its health check's to
say.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

#: How a process ends that could not begin: another would fare no better, so all end with it.
CANNOT_BEGIN = 3
# Who ends at once would else be replaced as fast as the machine can.
PAUSE_SECONDS = 1.0
ENDED_BY = (signal.SIGTERM, signal.SIGINT)


class Crew:
    """``size`` processes that run ``work``, which returns when it was told to end."""

    def __init__(self, size: int, work: Callable[[], object]) -> None:
        self.size = size
        self.work = work
        self.members: set[int] = set()
        self.ending = False

    def keep(self) -> int:
        """Keep them at work until SIGTERM or SIGINT comes; the exit code."""
        for number in ENDED_BY:
            signal.signal(number, self._end)
        code = 0
        while True:
            while len(self.members) < self.size and not self.ending:
                self._begin()
            if not self.members:
                return code
            process, status = os.wait()
            self.members.discard(process)
            if self.ending:
                continue
            ended_with = os.waitstatus_to_exitcode(status)
            if ended_with == CANNOT_BEGIN:
                code = CANNOT_BEGIN
                self._end()
            else:
                time.sleep(PAUSE_SECONDS)

    def _begin(self) -> None:
        # A signal that comes in between waits: the new process has its own handlers before it is
        # told anything, and is told whatever the others are.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDED_BY)
        try:
            if self.ending:
                return
            process = os.fork()
            if process == 0:
                self._be_one()
            self.members.add(process)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDED_BY)

    def _be_one(self) -> NoReturn:
        """Work, and end: nothing of the first process's goes on in this one."""
        code = CANNOT_BEGIN
        try:
            for number in ENDED_BY:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDED_BY)
            self.work()
            code = 0
        except SystemExit as asked:
            code = asked.code if isinstance(asked.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _end(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        self.ending = True
        for process in self.members:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
