"""A worker killed in the middle of a task: the next one does it again, once in effect."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.db import connection, transaction

from marketplace.embedded import broker
from marketplace.embedded.processes import Child, stop_all
from marketplace.sales.models import Settlement
from tests import shopping
from tests.embedded.conftest import url_of
from tests.embedded.test_run import eventually
from tests.graphql_client import Api
from tests.shopping import PURCHASE, purchase_input

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"


@pytest.fixture
def worker(committed_db, tmp_path) -> Iterator[Callable[[str], Child]]:
    """``worker(name)`` starts one like the embedded edition's; they share a queue in a folder."""
    started: list[Child] = []
    environment = os.environ | {
        "DATABASE_URL": url_of(committed_db),
        "DJANGO_SETTINGS_MODULE": "marketplace.settings.embedded",
        "WELFAREPIU_DATA": str(tmp_path / "data"),
    }
    command = [
        *(sys.executable, "-m", "celery", "-A", "marketplace.background", "worker"),
        *("--concurrency", "1", "--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]

    def start(name: str) -> Child:
        started.append(Child(name, command, environment, tmp_path / f"{name}.log"))
        started[-1].start()
        return started[-1]

    yield start
    stop_all(started, seconds=10)


def queue_announcement(order_id: str, data: Path) -> None:
    broker.register()
    sending = Celery("outside")
    sending.conf.broker_url = broker.URL
    sending.conf.broker_transport_options = broker.options(data)
    sending.send_task("welfarepiu.order_announce", args=[order_id])
    sending.close()


def somebody_waits(database: str) -> bool:
    with connection.cursor() as cursor:
        # Who does what is looked at once in a transaction, and kept.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING, [database])
        return bool(cursor.fetchone()[0])


@pytest.mark.slow
def test_what_a_killed_worker_was_at_is_done_by_the_next(committed_db, worker, tmp_path):
    town, data = shopping.build(), tmp_path / "data"
    Api().data(PURCHASE, purchase_input("a-purchase", (town.camp, 1)), user=town.employee)
    settlement = Settlement.objects.get()
    assert settlement.announced_at is None
    queue_announcement(settlement.order_id, data)

    with transaction.atomic():
        Settlement.objects.select_for_update().get()
        first = worker("first")
        # In the middle of the task: it waits for the order that we hold.
        eventually(lambda: somebody_waits(committed_db), 60)
        assert list((data / "broker").iterdir()) == []
        assert first.process is not None
        os.killpg(first.process.pid, signal.SIGKILL)
        first.process.wait()
    settlement.refresh_from_db()
    assert settlement.announced_at is None
    assert not (data / "mail").exists()

    worker("second")

    def announced() -> bool:
        settlement.refresh_from_db()
        return settlement.announced_at is not None

    eventually(announced, 60)
    eventually(lambda: not list(data.rglob("*.msg")), 30)
    letters = [letter.read_text() for letter in (data / "mail").iterdir()]
    assert sum(f"To: {town.employee.email}" in letter for letter in letters) == 1
