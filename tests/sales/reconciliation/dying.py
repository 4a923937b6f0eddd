"""Processes that die by SIGKILL at a chosen function, with nothing in the code to help them.

The child is forked from the test's process, so that it costs no start-up; it opens a database
connection of its own and is killed like any other: no handler runs, nothing is flushed, its
transaction is PostgreSQL's to roll back. Where it dies is watched from outside, by its tracer.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from django.db import connection, connections

COMMIT = "django.db.backends.base.base:BaseDatabaseWrapper._commit"


@dataclass(frozen=True)
class Point:
    """Before or after a function (``module:qualified name``), where it is called inside another."""

    when: str
    function: str
    inside: str = ""

    def __str__(self) -> str:
        within = f" in {self.inside.split(':')[1]}" if self.inside else ""
        return f"{self.when} {self.function.split(':')[1]}{within}"


def before(function: str, inside: str = "") -> Point:
    return Point("before", function, inside)


def after(function: str, inside: str = "") -> Point:
    return Point("after", function, inside)


def both(function: str, inside: str = "") -> list[Point]:
    return [before(function, inside), after(function, inside)]


def killed(act: Callable[[], Any], at: Point) -> bool:
    """Run ``act`` in a child that is killed at that point; False where it never got there.

    Raises:
        AssertionError: the child broke off in another way.
    """
    connections.close_all()
    child = os.fork()
    if child == 0:
        _live_and_die(act, at)
    _child, status = os.waitpid(child, 0)
    _wait_for_rollback()
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the child broke off; its traceback is above"
    return False


def _live_and_die(act: Callable[[], Any], at: Point) -> None:
    """In the child; never returns into the test's process."""
    try:
        sys.settrace(_tracer(at))
        act()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _tracer(at: Point) -> Callable[[FrameType, str, Any], Any]:
    def die(_frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "return":
            os.kill(os.getpid(), signal.SIGKILL)
        return die

    def trace(frame: FrameType, _event: str, _argument: Any) -> Any:
        if _name(frame) != at.function or not _inside(frame, at.inside):
            return None
        if at.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        return die

    return trace


def _name(frame: FrameType) -> str:
    return f"{frame.f_globals.get('__name__')}:{frame.f_code.co_qualname}"


def _inside(frame: FrameType, function: str) -> bool:
    caller = frame.f_back
    while function and caller is not None and _name(caller) != function:
        caller = caller.f_back
    return caller is not None


def _wait_for_rollback() -> None:
    """PostgreSQL notices within moments that its client is gone."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the killed process's transaction is still open")
