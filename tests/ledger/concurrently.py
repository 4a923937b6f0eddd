"""Doing things at the same time, on real connections; and taking a guard away to see it missed."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import Error, connection, connections

from marketplace.refusals import Refusal

CONNECT_SECONDS = 30


def at_once(actions: Iterable[Callable[[], Any]]) -> list[Any]:
    """Run each action in a thread with its own connection, all started together.

    Returns what each returned, or the Refusal or database error that it raised.
    """
    waiting = list(actions)
    start = threading.Barrier(len(waiting), timeout=60)

    def run(action: Callable[[], Any]) -> Any:
        try:
            _connect_or_abort(start)
            start.wait()
            return action()
        except (Refusal, Error) as failure:
            return failure
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(waiting)) as pool:
        return list(pool.map(run, waiting))


def _connect_or_abort(start: threading.Barrier) -> None:
    """Wait for a place at the server, where an earlier crowd is still leaving it; who finds none
    must not leave the others waiting."""
    deadline = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            connection.ensure_connection()
            return
        except Error as failure:
            if time.monotonic() > deadline:
                start.abort()
                message = "the server has too few connections for this test"
                raise RuntimeError(message) from failure
            time.sleep(0.05)


def outcomes(results: Iterable[Any]) -> Counter[str]:
    """How many were posted, replayed, refused with which code, or broke with which error."""
    return Counter(_outcome(result) for result in results)


def _outcome(result: Any) -> str:
    if isinstance(result, Refusal):
        return result.code
    if isinstance(result, Exception):
        return type(result).__name__
    return "replayed" if result.replayed else "posted"


def weaken(function: str, *replacements: tuple[str, str]) -> None:
    """Replace pieces of a SQL function in this test's database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        (source,) = cursor.fetchone()
        for guard, nothing in replacements:
            assert guard in source, f"{function} has no {guard!r} to take away"
            source = source.replace(guard, nothing)
        cursor.execute(source)


def alter(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
