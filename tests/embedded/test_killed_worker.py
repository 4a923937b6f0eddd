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
from marketplace.operation.models import Heartbeat, Redelivery
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
        *("--include", "tests.operation.deadly"),
    ]

    def start(name: str) -> Child:
        started.append(Child(name, command, environment, tmp_path / f"{name}.log"))
        started[-1].start()
        return started[-1]

    yield start
    stop_all(started, seconds=10)


def queue(data: Path, task: str, *arguments: object) -> None:
    broker.register()
    sending = Celery("outside")
    sending.conf.broker_url = broker.URL
    sending.conf.broker_transport_options = broker.options(data)
    sending.send_task(task, args=arguments)
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
    queue(data, "welfarepiu.order_announce", settlement.order_id)

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


@pytest.mark.slow
def test_a_task_that_kills_its_worker_each_time_is_set_aside(committed_db, worker, tmp_path):
    data = tmp_path / "data"
    queue(data, "tests.deadly")
    worker("patient")
    eventually(lambda: Redelivery.objects.filter(set_aside_at__isnull=False).exists(), 120)
    eventually(lambda: not list(data.rglob("*.msg")), 30)
    log = (tmp_path / "patient.log").read_text()
    assert "tests.deadly" in log
    assert "is set aside: its worker died of it 2 times" in log
    # The same worker goes on.
    queue(data, "marketplace.operation.tasks.heartbeat")
    eventually(Heartbeat.objects.filter(part="worker").exists, 60)
