"""Several things done at the same moment, each in a thread with its own database connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Lock
from typing import TypeVar

from django.db import Error, connection, connections

from marketplace.refusals import Refusal

T = TypeVar("T")
AT_ONCE = 8
PATIENCE_SECONDS = 30
LOOK_SECONDS = 0.01


def all_at_once(*acts: Callable[[], T]) -> list[T]:
    """What each act returned, in their order; all begin together. What one raises is raised."""
    start = Barrier(len(acts), timeout=2 * PATIENCE_SECONDS)

    def run(act: Callable[[], T]) -> T:
        try:
            _connect(start)
            start.wait()
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def at_once(act: Callable[[int], T], times: int = AT_ONCE) -> list[T]:
    """What ``act(0)``, ``act(1)`` and so on returned, all begun together."""
    return all_at_once(*(partial(act, number) for number in range(times)))


def ended(act: Callable[[], object]) -> str:
    """Do it: ``DONE``, or the code with which it was refused."""
    try:
        act()
    except Refusal as refusal:
        return refusal.code
    return "DONE"


def _connect(start: Barrier) -> None:
    """Wait for a place at the server, where an earlier crowd is still leaving it; who finds none
    must not leave the others waiting."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.ensure_connection()
            return
        except Error as failure:
            if time.monotonic() > deadline:
                start.abort()
                message = "the server has too few connections for this test"
                raise RuntimeError(message) from failure
            time.sleep(LOOK_SECONDS)


class Meeting:
    """Where acts wait for each other, between their look and their write.

    Where a guard holds the others back, whoever has come goes on without them: it is their waiting
    for a lock that is waited for, not a time that a busy machine may exceed.
    """

    def __init__(self, of: int = 2) -> None:
        self._missing, self._counting = of, Lock()

    def come(self) -> None:
        with self._counting:
            self._missing -= 1
        wait_until(lambda: self._missing <= 0 or a_lock_is_waited_for())


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(LOOK_SECONDS)


def a_lock_is_waited_for() -> bool:
    """Whether somebody in this test's database stands before a lock of somebody else's."""
    with connection.cursor() as cursor:
        # Within a transaction the view shows what it showed first, unless told to look again.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND wait_event <> 'extend')"
        )
        (waited_for,) = cursor.fetchone()
    return bool(waited_for)
