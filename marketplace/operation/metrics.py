"""What Prometheus is told. Counters of what this process did, and figures read when it asks.

With several processes ``PROMETHEUS_MULTIPROC_DIR`` names the folder through which they add up: it
must be empty when the first of them starts. Labels hold codes and names of ours only.

Money is in cents. What is counted once a transaction is counted when it has committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from django.db import transaction
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from marketplace.refusals import Refusal, Refusals

# The library's own name, which it looks for while its metrics are made.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
if os.environ.get(FOLDER):
    Path(os.environ[FOLDER]).mkdir(parents=True, exist_ok=True)

ORDERS = Counter("welfarepiu_orders", "Orders paid.")
ORDER_CENTS = Counter("welfarepiu_order_cents", "What paid orders cost, delivery included.")
LEVY_CENTS = Counter("welfarepiu_levy_cents", "What paid orders owe the Solidarity Fund.")
REFUSALS = Counter("welfarepiu_refusals", "Refusals, by code.", ["code"])
REQUEST_SECONDS = Histogram(
    "welfarepiu_request_duration_seconds",
    "How long requests took, by route and status.",
    ["route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
TASK_WAIT_SECONDS = Histogram(
    "welfarepiu_task_wait_seconds",
    "How long tasks waited in the queue.",
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 1800),
)
TASKS_UNSENT = Counter(
    "welfarepiu_tasks_unsent", "Tasks that the queue did not take, for the clock to do.", ["task"]
)


def order_paid(*, cents: int, levy_cents: int) -> None:
    """Count an order, once what pays it is committed."""
    transaction.on_commit(partial(_count_order, cents, levy_cents))


def _count_order(cents: int, levy_cents: int) -> None:
    ORDERS.inc()
    ORDER_CENTS.inc(cents)
    LEVY_CENTS.inc(levy_cents)


def refused(refusal: Refusal) -> None:
    """Count what a client was refused with."""
    for one in refusal.refusals if isinstance(refusal, Refusals) else [refusal]:
        REFUSALS.labels(one.code).inc()


def exposition() -> bytes:
    """All figures in Prometheus's text format: those of every process, and those of now."""
    registry = CollectorRegistry()
    registry.register(Now())
    return own_exposition() + generate_latest(registry)


def own_exposition() -> bytes:
    """The counters alone, which ask nothing of the database."""
    if not os.environ.get(FOLDER):
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


class Now(Collector):
    """Read from the database while Prometheus waits: every API process says the same."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        from marketplace.operation import figures

        for name, about, read in FIGURES:
            yield _gauge(name, about, read(figures))


def _gauge(
    name: str, about: str, found: Iterable[tuple[dict[str, str], float]]
) -> GaugeMetricFamily:
    rows = list(found)
    labels = list(rows[0][0]) if rows else []
    gauge = GaugeMetricFamily(f"welfarepiu_{name}", about, labels=labels)
    for values, number in rows:
        gauge.add_metric(list(values.values()), number)
    return gauge


Read = Callable[..., Iterable[tuple[dict[str, str], float]]]
FIGURES: tuple[tuple[str, str, Read], ...] = (
    ("holds", "Holds that have not ended, by state.", lambda of: of.holds()),
    ("held_cents", "Credit set aside in holds that have not ended.", lambda of: of.held_cents()),
    ("fund_cents", "What the Solidarity Fund has.", lambda of: of.fund_cents()),
    (
        "reconciler_differences",
        "Differences that the last whole run of the reconciler left, by code.",
        lambda of: of.differences(),
    ),
    (
        "reconciler_age_seconds",
        "Since the reconciler last finished a run.",
        lambda of: of.reconciler_age(),
    ),
    (
        "heartbeat_age_seconds",
        "Since worker and beat last showed themselves.",
        lambda of: of.heartbeat_ages(),
    ),
    (
        "queue_age_seconds",
        "Age of the newest heartbeat that a worker has taken from the queue; each is sent "
        "half a minute after the last.",
        lambda of: of.queue_age(),
    ),
    (
        "tasks_kept",
        "Tasks that the queue did not take, kept to be sent when it is back.",
        lambda of: of.tasks_kept(),
    ),
    (
        "tasks_set_aside",
        "Tasks of the last days that killed their worker each time and are not tried any more.",
        lambda of: of.tasks_set_aside(),
    ),
)
