"""Many who do something at the same moment, each with a connection of their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from tests.engine.installed import STEPS
from tests.graphql_client import Api
from tests.steps import Steps

AT_ONCE = 8


def at_once(act: Any, times: int = AT_ONCE) -> list[Any]:
    """Run ``act(n)`` in so many threads, all let go at the same moment."""
    barrier = Barrier(times)

    def run(n: int) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return act(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def orders() -> int:
    from saleor.order.models import Order

    return Order.objects.count()


def complete(steps: Steps) -> Any:
    answer = Api()(STEPS["complete"], {"id": steps.checkout}, user=steps.user)
    return (answer.get("data") or {}).get("checkoutComplete") or answer
