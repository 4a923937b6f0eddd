"""The whole of it as processes: ready, one number from request to task, logs, metrics."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from celery import Celery

from marketplace.embedded import broker
from tests import databases, shopping
from tests.embedded.conftest import Supervisor, url_of
from tests.embedded.test_run import RESET, eventually
from tests.engine.installed import SIGNED_BY, token_of
from tests.operation.test_metrics import TOKEN, figures
from tests.shopping import PURCHASE, purchase_input

NUMBER = "2f9d1c1e-from-the-proxy"
PASSWORD = "my-dearest-password-1"


class Running(Supervisor):
    """A supervisor whose logs are production's, with somebody who can buy."""

    town: shopping.Town

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        return self._answer(urllib.request.Request(self.url(path), headers=headers))  # noqa: S310

    def ask(self, query: str, variables: Any = None, **headers: str) -> tuple[dict, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers |= {"Content-Type": "application/json", "Accept-Language": "en"}
        request = urllib.request.Request(self.url("/graphql/"), body, headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer), answer.headers

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def _answer(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def log(self, *names: str) -> str:
        return "".join((self.data / "log" / f"{name}.log").read_text() for name in names)

    def lines(self, name: str) -> list[dict[str, Any]]:
        """Every line of a program's log that is one of ours; the rest is said before Django."""
        return [json.loads(line) for line in self.log(name).splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def running(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Running]:
    with django_db_blocker.unblock(), databases.cloned("operation") as name:
        started = Running(tmp_path_factory.mktemp("operation") / "data", url_of(name))
        started.town = shopping.build()
        started.town.employee.set_password(PASSWORD)
        started.town.employee.save()
        started.environment |= {
            "WELFAREPIU_LOG_FORMAT": "json",
            "WELFAREPIU_METRICS_TOKEN": TOKEN,
            "WELFAREPIU_WORKERS": "2",
            **SIGNED_BY,
        }
        try:
            started.start_and_wait()
            yield started
        finally:
            started.stop()


def test_it_gets_ready_by_itself(running):
    def ready() -> Any:
        status, said = running.get("/health/ready")
        return status == 200 and json.loads(said)["status"] == "ready"

    eventually(ready)
    assert running.get("/health/live") == (200, '{"status": "live"}')


def test_a_requests_number_goes_through_the_queue_to_the_worker(running):
    email = running.town.employee.email
    answer, headers = running.ask(RESET, {"email": email}, **{"X-Request-ID": NUMBER})
    assert answer["data"]["requestPasswordReset"] == {"accountErrors": []}
    assert headers["X-Request-ID"] == NUMBER

    def done() -> Any:
        return [
            line
            for line in running.lines("worker")
            if line["request_id"] == NUMBER and "succeeded" in line["message"]
        ]

    eventually(done)
    (asked,) = [
        line
        for line in running.lines("api")
        if line["request_id"] == NUMBER and line["message"] == "request"
    ]
    assert asked["fields"] == ["requestPasswordReset"]


def test_a_pages_number_goes_from_the_shop_to_the_api(running):
    number = "from-the-browser-1"
    page = urllib.request.Request(
        f"http://127.0.0.1:{running.storefront_port}/", headers={"X-Request-ID": number}
    )
    with urllib.request.urlopen(page, timeout=60) as answer:  # noqa: S310
        assert answer.headers["X-Request-ID"] == number
    asked = [line for line in running.lines("api") if line["request_id"] == number]
    assert any(line.get("fields") for line in asked)


def test_one_number_goes_from_the_page_through_the_api_to_the_worker(running):
    """A letter is asked for in the browser: one number in three logs, and nobody's name in any."""
    number, email = "from-the-browser-2", running.town.employee.email
    shop = f"http://127.0.0.1:{running.storefront_port}/password/"
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    page = browser.open(shop, timeout=60).read().decode()
    (hidden,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page))
    form = urlencode({"email": email, "csrfmiddlewaretoken": hidden}).encode()
    asked = urllib.request.Request(shop, form, {"X-Request-ID": number, "Referer": shop})
    assert browser.open(asked, timeout=60).url == f"{shop}inviata/"

    def in_log(name: str) -> list[str]:
        return [line for line in running.log(name).splitlines() if number in line]

    eventually(lambda: any("succeeded" in line for line in in_log("worker")))
    assert f"[{number}] page account:forgotten: 302 to POST" in in_log("storefront")[0]
    assert any("requestPasswordReset" in line for line in in_log("api"))
    told = "".join(running.log(name) for name in ("storefront", "api", "worker"))
    assert [one for one in (email, hidden, "password/nuova") if one in told] == []


def test_every_line_is_an_object_and_none_is_private(running):
    email, token = running.town.employee.email, token_of(running.town.employee)
    broken = urllib.request.Request(  # noqa: S310
        running.url(f"/graphql/?token={token}"), f"{email} {PASSWORD}".encode()
    )
    running._answer(broken)
    running.ask("{ me { email } }", Authorization=f"JWT {token}")
    send_broken_task(running, email)
    eventually(lambda: any(line["level"] == "ERROR" for line in running.lines("worker")))
    (failed,) = [line for line in running.lines("worker") if line["level"] == "ERROR"]
    assert failed["errors"]
    assert failed["task_id"]

    programs = ("api", "worker", "beat")
    for name in programs:
        odd = [line for line in running.log(name).splitlines() if not line.startswith("{")]
        assert not any(re.search("Traceback|Error", line) for line in odd), odd
    written = running.log(*programs)
    private = [email, PASSWORD, token, *secrets_of(running)]
    assert [one for one in private if one in written] == []


def secrets_of(running: Running) -> list[str]:
    made = json.loads((running.data / "secrets.json").read_text())
    return [*made.values(), TOKEN]


def send_broken_task(running: Running, email: str) -> None:
    """A task that breaks over what it was given: Celery's line quotes its error and arguments."""
    broker.register()
    sending = Celery("outside")
    sending.conf.broker_url = broker.URL
    sending.conf.broker_transport_options = broker.options(running.data)
    sending.send_task("marketplace.ledger.tasks.checkpoint", args=[email, PASSWORD])
    sending.close()


def test_prometheus_reads_what_happened(running):
    token = token_of(running.town.employee)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    before = figures(running.get("/metrics", **bearer)[1])
    answer, _headers = running.ask(
        PURCHASE, purchase_input("over-http-1", (running.town.camp, 1)),
        Authorization=f"JWT {token}",
    )  # fmt: skip
    assert answer["data"]["purchaseCreate"]["errors"] == []
    for n in range(6):
        answer, _headers = running.ask(
            PURCHASE, purchase_input(f"too-dear-{n}", (running.town.camp, 10)),
            Authorization=f"JWT {token}",
        )  # fmt: skip
        errors = answer["data"]["purchaseCreate"]["errors"]
        assert [error["code"] for error in errors] == ["INSUFFICIENT_CREDIT"]
    assert running.get("/metrics")[0] == 401
    after = figures(running.get("/metrics", **bearer)[1])

    def grown(*key: str) -> float:
        return after[key] - before.get(key, 0.0)

    # Whichever of the two processes answered.
    assert grown("welfarepiu_orders_total") == 1
    assert grown("welfarepiu_levy_cents_total") == 150
    assert grown("welfarepiu_refusals_total", "code=INSUFFICIENT_CREDIT") == 6
    assert grown("welfarepiu_request_duration_seconds_count", "route=api", "status=200") == 7
    assert after[("welfarepiu_task_wait_seconds_count",)] >= 1
    assert after[("welfarepiu_queue_age_seconds",)] < 60
