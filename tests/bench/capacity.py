"""What this machine carries: purchases and a kept page at growing numbers of clients, and who used
the processors meanwhile.

No ratio to anything: the figures are this machine's, of this hour, and say which part gives way
first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from marketplace.embedded import broker
from marketplace.embedded.setup import PROJECT
from tests.bench.clients import Run, drive
from tests.bench.pages import LIST, Reader, Storefront
from tests.bench.purchases import Buyer
from tests.bench.servers import OURS, Server, url_of
from tests.bench.stage import Stage
from tests.bench.table import Row

CLIENTS = (1, 2, 4, 8, 16, 32)
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def measure(stage: Stage) -> list[Row]:
    """Purchases first, then the page; each number of clients once."""
    api = stage.sides[OURS]
    parts = {"API": api.process.pid, "PostgreSQL": _postmaster()}
    with worker(stage, api) as worker_pid:
        parts |= {"worker": worker_pid}
        rows = [_purchases(stage, api, parts, clients) for clients in _numbers(stage)]
    storefront = Storefront(api.port, stage.scale.workers)
    try:
        storefront.wait()
        parts = parts | {"shop": storefront.process.pid}
        del parts["worker"]
        rows += [_pages(stage, storefront, parts, clients) for clients in _numbers(stage)]
    finally:
        storefront.stop()
    return rows


def _numbers(stage: Stage) -> tuple[int, ...]:
    """All of them, except where everything is only tried."""
    return CLIENTS if stage.scale.seconds >= 1 else CLIENTS[:2]


@contextmanager
def worker(stage: Stage, api: Server) -> Iterator[int]:
    """Who does the tasks that purchases queue, as in life; its process's number."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": OURS,
        "DATABASE_URL": url_of(stage.database),
        "CELERY_BROKER_URL": broker.URL,
        "WELFAREPIU_DATA": str(api.data),
    }
    command = [sys.executable, "-m", "celery", "-A", "marketplace.background", "worker"]
    command += ["--concurrency", "1", "--loglevel", "error"]
    with Path(api.data, "worker.log").open("w") as log:
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def _purchases(stage: Stage, api: Server, parts: dict[str, int], clients: int) -> Row:
    buyers = [Buyer(api.port, stage.world, n) for n in range(clients)]
    try:
        acts: list[Callable[[], object]] = [buyer.in_one for buyer in buyers]
        return _row(stage, f"purchases in one request, {_some(clients)}", parts, acts)
    finally:
        for buyer in buyers:
            buyer.api.close()


def _pages(stage: Stage, storefront: Storefront, parts: dict[str, int], clients: int) -> Row:
    readers = [Reader(storefront.port, LIST) for _client in range(clients)]
    try:
        acts: list[Callable[[], object]] = [reader.read for reader in readers]
        return _row(stage, f"the shop's list of articles, {_some(clients)}", parts, acts)
    finally:
        for reader in readers:
            reader.close()


def _row(stage: Stage, name: str, parts: dict[str, int], acts: list[Callable[[], object]]) -> Row:
    drive(acts, stage.scale.seconds / 8)  # connections are open, plans are made
    before = {part: cpu_seconds(pid) for part, pid in parts.items()}
    mine, began = time.process_time(), time.monotonic()
    run = drive(acts, stage.scale.seconds)
    lasted = time.monotonic() - began
    used = {part: cpu_seconds(pid) - before[part] for part, pid in parts.items()}
    used["clients"] = time.process_time() - mine
    shares = ", ".join(f"{part} {100 * spent / lasted:.0f} %" for part, spent in used.items())
    stage.say(f"{name}: {run.per_second:.1f}/s; {shares}")
    return Row(name, f"{_figures(run)}; of one core: {shares}", run.per_second)


def _figures(run: Run) -> str:
    return f"{run.per_second:,.1f}/s, p50 {run.p50_ms:,.1f} ms, p95 {run.p95_ms:,.1f} ms"


def _some(clients: int) -> str:
    return f"{clients} client{'s' if clients > 1 else ''}"


def _postmaster() -> int:
    """PostgreSQL's first process, whose children all others are."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        (folder,) = cursor.fetchone()
    return int(Path(folder, "postmaster.pid").read_text().split()[0])


def cpu_seconds(pid: int) -> float:
    """What a process and all that descend from it have used, those that have ended included."""
    children: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for other, parent, ticks in _processes():
        children.setdefault(parent, []).append(other)
        used[other] = ticks / TICKS_PER_SECOND
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        total += used.get(one, 0)
        waiting += children.get(one, [])
    return total


def _processes() -> Iterable[tuple[int, int, int]]:
    """Number, parent's number and ticks (its ended children's too) of every process."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        yield int(stat.parent.name), int(fields[1]), sum(map(int, fields[11:15]))
