"""PostgreSQL restarted while somebody buys: the API says so, keeps nothing half, and goes on."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from marketplace.embedded import backup, postgres, restore
from marketplace.embedded.processes import Child, free_port, stop_all
from marketplace.ledger.models import Transfer
from marketplace.ledger.verification import verify
from marketplace.sales.models import Settlement
from tests import shopping
from tests.embedded.test_point_in_time import pointed_at
from tests.embedded.test_run import eventually
from tests.engine.installed import token_of
from tests.shopping import PURCHASE, purchase_input

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
# Each holds a connection of its own to the database.
THREADS = 4


class Api(Child):
    """The API as the embedded edition serves it, alone."""

    def __init__(self, folder: Any, database_url: str, token: str) -> None:
        self.port, self.token = free_port(), token
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "marketplace.settings.embedded",
            "WELFAREPIU_DATA": str(folder / "data"),
            "WELFAREPIU_PORT": str(self.port),
            "WELFAREPIU_WORKERS": "1",
        }
        command = [
            *(sys.executable, "-m", "gunicorn", "marketplace.api.wsgi"),
            *("-c", "python:marketplace.embedded.gunicorn_conf"),
            *("--worker-class", "gthread", "--threads", str(THREADS)),
        ]
        super().__init__("api", command, environment, folder / "api.log")

    def get(self, path: str) -> tuple[int, Any]:
        return self._answer(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}"))

    def buy(self, town: shopping.Town, key: str) -> Any:
        asked = {"query": PURCHASE, "variables": purchase_input(key, (town.camp, 1))}
        headers = {"Content-Type": "application/json", "Authorization": f"JWT {self.token}"}
        address = f"http://127.0.0.1:{self.port}/graphql/"
        _status, said = self._answer(
            urllib.request.Request(address, json.dumps(asked).encode(), headers)
        )
        return said

    def _answer(self, request: urllib.request.Request) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())
        except OSError:
            return 0, None


def bought(said: Any) -> Any:
    """The payload of a purchase that was made."""
    payload = said["data"]["purchaseCreate"]
    assert payload["errors"] == []
    return payload


@pytest.fixture
def moved(committed_db, folder) -> Iterator[tuple[Any, shopping.Town, str]]:
    """A town on a server of its own, which may be restarted."""
    town = shopping.build(1_000_000)
    made = backup.backup(folder / "backups", media=folder / "no-media")
    url = postgres.running_url(folder / "first", "welfarepiu")
    with pointed_at(url):
        restore.restore(made, media=folder / "media")
        yield folder, town, url


@pytest.mark.slow
def test_a_purchase_in_flight_is_made_once_and_the_api_goes_on(moved):
    folder, town, url = moved
    api = Api(folder, url, token_of(town.employee))
    api.start()
    try:
        eventually(lambda: api.get("/health/live")[0] == 200, 60)
        # Every thread has its connection, and its postings prepared on it.
        with ThreadPoolExecutor(THREADS) as people:
            for said in people.map(lambda n: api.buy(town, f"before-{n}"), range(THREADS)):
                bought(said)
        before = Settlement.objects.count()

        with ThreadPoolExecutor(1) as people:
            with transaction.atomic(), connection.cursor() as cursor:
                # It has begun to write, and waits for the stock that we hold.
                cursor.execute("SELECT 1 FROM warehouse_stock FOR UPDATE")
                in_flight = people.submit(api.buy, town, "in-flight")
                eventually(lambda: waiting(folder), 30)
                postgres.stop(folder / "first")
                connection.needs_rollback = False
                connection.close()
                connection.in_atomic_block = False
            refused = in_flight.result()
        assert [one["extensions"]["code"] for one in refused["errors"]] == ["INTERNAL_ERROR"]
        status, said = api.get("/health/ready")
        assert (status, said["status"]) == (503, "unready")
        assert "DATABASE_UNREACHABLE" in [check.get("code") for check in said["checks"]]
        assert api.get("/health/live")[0] == 200

        assert postgres.running_url(folder / "first", "welfarepiu") == url
        # The same request with its key, by each of the threads and twice by some.
        answers = [bought(api.buy(town, "in-flight")) for _again in range(2 * THREADS)]
        assert [one["replayed"] for one in answers] == [False] + [True] * (2 * THREADS - 1)
        assert len({one["purchase"]["orderNumber"] for one in answers}) == 1
        assert Settlement.objects.count() == before + 1
        assert Transfer.objects.filter(kind="purchase").count() == before + 1
        assert verify() == []
        assert not api.ended
    finally:
        stop_all([api], seconds=10)


def waiting(folder: Any) -> bool:
    return postgres.server(folder / "first").psql(WAITING).split().count("1") > 0
