"""The same thing done by several threads at the same moment, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def at_once(threads: int, do: Callable[[int], T]) -> list[T]:
    """Results of ``do(0)``, ``do(1)``, ..., all started together."""
    ready = Barrier(threads)

    def run(number: int) -> T:
        connection.ensure_connection()
        ready.wait(timeout=30)
        try:
            return do(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
