"""The supervisor: starts everything, says what is in the way, stops everything."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from marketplace.embedded import installation, prepare, run
from marketplace.embedded.processes import is_port_free
from marketplace.embedded.refusal import CannotStart
from tests.embedded.conftest import listening, url_of

EMAIL = "anna@example.com"
RESET = """mutation ($email: String!) {
  requestPasswordReset(email: $email, redirectUrl: "http://127.0.0.1/reset") {
    accountErrors { field message }
  }
}"""


def ask(port: int, query: str, **variables: str) -> dict:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql/",
        json.dumps({"query": query, "variables": variables}).encode(),
        {"Content-Type": "application/json", "Accept-Language": "en"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return json.load(answer)


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310
        return answer.read().decode()


def secrets_of(data: Path) -> dict[str, str]:
    return json.loads((data / "secrets.json").read_text())


def environment_of(processes: list[psutil.Process], program: str) -> list[str]:
    """The values of the environment of the processes that run ``program``."""
    running = [process for process in processes if program in process.cmdline()]
    assert running
    return [value for process in running for value in process.environ().values()]


def eventually(condition, seconds: float = 30):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def listeners_elsewhere(processes: list[psutil.Process]) -> list[str]:
    """Addresses that these processes listen on and that are not loopback."""
    return [
        str(connection.laddr)
        for process in processes
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.ip != "127.0.0.1"
    ]


@pytest.mark.slow
def test_a_run_from_start_to_stop(supervisor, committed_db):
    """API, worker, letters, stand-in and lock, then a stop that leaves nothing behind."""
    from django.contrib.auth import get_user_model

    get_user_model().objects.create_user(EMAIL, "a long password")
    running = supervisor(url_of(committed_db))
    running.start_and_wait()
    children = psutil.Process(running.process.pid).children(recursive=True)

    shop, api = f"http://127.0.0.1:{running.storefront_port}", f"http://127.0.0.1:{running.port}"
    assert running.said.index(shop) < running.said.index(f"{api}/graphql/")
    assert "WELFARE" in read(f"{shop}/")
    assert secrets_of(running.data)["SECRET_KEY"] not in environment_of(children, "storefront.wsgi")
    assert "loopback" in running.said
    assert listeners_elsewhere(children) == []
    assert ask(running.port, "{ shop { name } }")["data"]["shop"]["name"]

    # Through the queue, by the worker, in the language of the request.
    assert ask(running.port, RESET, email=EMAIL)["data"]["requestPasswordReset"] == {
        "accountErrors": []
    }
    (letter,) = eventually(lambda: list((running.data / "mail").glob("*")))
    eventually(lambda: "Subject: A new password" in letter.read_text())
    eventually(lambda: not list((running.data / "broker").iterdir()))

    assert installation.running(running.data) == installation.Installation(
        running.process.pid,
        f"http://127.0.0.1:{running.port}",
        f"http://127.0.0.1:{running.stripe_port}",
        f"http://127.0.0.1:{running.storefront_port}",
        ready=True,
    )
    second = supervisor()
    second.data, second.environment["WELFAREPIU_DATA"] = running.data, str(running.data)
    assert f"already running from this folder: {shop}" in second.refusal()

    assert running.stop() == 0
    assert "Traceback" not in running.said
    assert "Stopped." in running.said
    assert installation.running(running.data) is None
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []
    assert is_port_free(running.port)
    assert is_port_free(running.stripe_port)
    assert is_port_free(running.storefront_port)


@pytest.mark.slow
def test_when_a_part_ends_by_itself_the_rest_stops_and_its_log_is_shown(supervisor, committed_db):
    running = supervisor(url_of(committed_db))
    running.start_and_wait()
    children = psutil.Process(running.process.pid).children(recursive=True)
    (beat,) = [child for child in children if "beat" in child.cmdline()]
    os.kill(beat.pid, signal.SIGKILL)
    assert running.process.wait(60) == 1
    assert "The beat has ended by itself" in running.said
    assert "beat.log" in running.said
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []


@pytest.mark.slow
def test_children_of_a_supervisor_that_was_killed_end_too(supervisor, committed_db):
    running = supervisor(url_of(committed_db))
    running.start_and_wait()
    children = psutil.Process(running.process.pid).children(recursive=True)
    os.kill(running.process.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []
    running.start_and_wait()
    assert ask(running.port, "{ shop { name } }")["data"]["shop"]["name"]


def test_taken_port_is_a_sentence(supervisor):
    refused = supervisor()
    with listening(refused.port):
        said = refused.refusal()
    assert f"Port {refused.port}, for the API, is taken" in said
    assert f"WELFAREPIU_PORT={refused.port + 1} make run" in said


def test_taken_port_of_the_shop_is_a_sentence(supervisor):
    refused = supervisor()
    with listening(refused.storefront_port):
        said = refused.refusal()
    assert f"Port {refused.storefront_port}, for the shop, is taken" in said
    assert f"WELFAREPIU_STOREFRONT_PORT={refused.storefront_port + 1} make run" in said


def test_taken_port_of_the_stand_in_is_a_sentence(supervisor):
    refused = supervisor()
    with listening(refused.stripe_port):
        assert "for the Stripe stand-in, is taken" in refused.refusal()


def test_database_that_does_not_answer_is_a_sentence(supervisor):
    assert "The database does not answer" in supervisor().refusal()


def test_database_of_another_postgresql_is_a_sentence(supervisor):
    refused = supervisor()
    del refused.environment["DATABASE_URL"]
    (refused.data / "postgres").mkdir(parents=True)
    (refused.data / "postgres" / "PG_VERSION").write_text("9\n")
    assert "is of PostgreSQL 9" in refused.refusal()


def test_full_disk_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "NEEDED_BYTES", 10**18)
    with pytest.raises(CannotStart, match="Free some"):
        run.check_room(tmp_path)


@pytest.mark.django_db
def test_database_of_newer_code_is_a_sentence():
    from django.db.migrations.recorder import MigrationRecorder

    prepare.check_server()
    MigrationRecorder.Migration.objects.create(app="ledger", name="9999_from_the_future")
    with pytest.raises(CannotStart, match=r"ledger\.9999_from_the_future is not known here"):
        prepare.check_server()
