"""``make run``: start everything, watch it, stop everything.

One supervisor and its children: PostgreSQL, the API and the storefront (gunicorn), the Celery
worker, beat, and a stand-in for Stripe. Whatever stops a start is one sentence that says what to
do, and exit code 1.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from marketplace.embedded import installation, postgres, secrets, stripe_stand_in
from marketplace.embedded.installation import Installation
from marketplace.embedded.processes import PROJECT, Child, is_port_free, stop_all
from marketplace.embedded.refusal import DISK_FULL, CannotStart, is_disk_full

NEEDED_BYTES = 500_000_000
START_SECONDS = 90
STOP_SECONDS = 20
WATCH_SECONDS = 0.5


@dataclass(frozen=True)
class Options:
    data: Path
    port: int
    stripe_port: int
    storefront_port: int
    workers: int

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def stripe(self) -> str:
        return f"http://127.0.0.1:{self.stripe_port}"

    @property
    def metrics(self) -> Path:
        return self.data / "metrics"

    @property
    def storefront(self) -> str:
        return f"http://127.0.0.1:{self.storefront_port}"

    @property
    def logs(self) -> Path:
        return self.data / "log"


def options(arguments: Sequence[str]) -> Options:
    given_by = os.environ.get
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=given_by("WELFAREPIU_DATA", str(PROJECT / ".data"))
    )
    parser.add_argument("--port", type=int, default=given_by("WELFAREPIU_PORT", "8000"))
    parser.add_argument(
        "--stripe-port", type=int, default=given_by("WELFAREPIU_STRIPE_PORT", "8420")
    )
    parser.add_argument(
        "--storefront-port", type=int, default=given_by("WELFAREPIU_STOREFRONT_PORT", "3000")
    )
    parser.add_argument("--workers", type=int, default=given_by("WELFAREPIU_WORKERS", "3"))
    given = parser.parse_args(arguments)
    return Options(
        given.data.resolve(), given.port, given.stripe_port, given.storefront_port, given.workers
    )


class Stop(Exception):
    """Somebody asked the supervisor to end: Ctrl-C, SIGTERM, or the terminal closed."""


def stop_on_signals() -> None:
    def stop(number: int, frame: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Stopping takes its course; a second Ctrl-C does not cut it off half-way.
            signal.signal(each, signal.SIG_IGN)
        raise Stop

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)


def say(text: str = "") -> None:
    print(text, flush=True)


@contextmanager
def only_one(given: Options) -> Iterator[Path]:
    """Hold the lock of the data folder and yield the note in it; a second supervisor is told where
    the first one is."""
    given.data.mkdir(parents=True, exist_ok=True)
    note = installation.note(given.data)
    with note.open("a+") as lock:
        if not take(lock):
            lock.seek(0)
            raise CannotStart(already_running(lock.read()))
        installation.write(note, here(given))
        yield note


def here(given: Options, *, ready: bool = False) -> Installation:
    """This supervisor's installation."""
    return Installation(os.getpid(), given.api, given.stripe, given.storefront, ready=ready)


def take(lock: TextIO) -> bool:
    """Take the lock; whoever only asks who holds it has it for a moment, so try for a second."""
    for _ in range(10):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            return True
    return False


def already_running(note: str) -> str:
    running = installation.read(note)
    if running is None:
        return "WELFAREPIU is already starting from this folder."
    return (
        f"WELFAREPIU is already running from this folder: {running.storefront or running.api} "
        f"(process {running.pid}). Stop it with Ctrl-C in its terminal, or with: kill {running.pid}"
    )


def check_ports(given: Options) -> None:
    for port, name, flag in (
        (given.storefront_port, "the shop", "WELFAREPIU_STOREFRONT_PORT"),
        (given.port, "the API", "WELFAREPIU_PORT"),
        (given.stripe_port, "the Stripe stand-in", "WELFAREPIU_STRIPE_PORT"),
    ):
        if not is_port_free(port):
            raise CannotStart(
                f"Port {port}, for {name}, is taken by another program. Stop that, or choose "
                f"another port: {flag}={port + 1} make run"
            )


def check_room(data: Path) -> None:
    free = shutil.disk_usage(data).free
    if free < NEEDED_BYTES:
        raise CannotStart(
            f"{data} has {free / 1e6:.0f} MB free and WELFAREPIU needs {NEEDED_BYTES / 1e6:.0f} to "
            "start. Free some, then run the same command again."
        )


@contextmanager
def database(given: Options) -> Iterator[str]:
    """The URL of a server that answers: ``DATABASE_URL``'s, or our own for the block's length."""
    url = os.environ.get("DATABASE_URL")
    if url:
        yield url
        return
    say("Starting PostgreSQL ...")
    folder = given.data / "postgres"
    url = postgres.running_url(folder, "welfarepiu")
    try:
        yield url
    finally:
        say("Stopping PostgreSQL ...")
        postgres.stop(folder)


def environment(given: Options, database_url: str) -> dict[str, str]:
    """What every child is told; what the person set in the shell goes first."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "marketplace.settings.embedded",
        "DATABASE_URL": database_url,
        "WELFAREPIU_DATA": str(given.data),
        "WELFAREPIU_PORT": str(given.port),
        "WELFAREPIU_WORKERS": str(given.workers),
        "WELFAREPIU_STOREFRONT_PORT": str(given.storefront_port),
        "STRIPE_API_BASE": given.stripe,
        "PYTHONUNBUFFERED": "1",
        "PROMETHEUS_MULTIPROC_DIR": str(given.metrics),
    }
    return secrets.ensure(given.data) | dict(os.environ) | ours


def storefront_environment(given: Options, told: Mapping[str, str]) -> dict[str, str]:
    """What the storefront is told: its own secrets, and none of the API's or the database's."""
    secret = {*secrets.ensure(given.data), "DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    common = {name: value for name, value in told.items() if name not in secret}
    return common | {
        "DJANGO_SETTINGS_MODULE": "storefront.settings",
        "STOREFRONT_SECRET_KEY": told["STOREFRONT_SECRET_KEY"],
        "STOREFRONT_CALLER_KEY": told["STOREFRONT_CALLER_KEY"],
        "STOREFRONT_STATIC": str(given.data / "storefront-static"),
        "STOREFRONT_CARD_PAGE": given.stripe,
        "STOREFRONT_DEMO_ACCOUNTS": str(given.data / "demo-accounts.json"),
        "WELFAREPIU_API": given.api,
        "WELFAREPIU_STOREFRONT_PORT": str(given.storefront_port),
        "WELFAREPIU_EMBEDDED": "1",
    }


def prepare(given: Options, told: dict[str, str]) -> None:
    """Migrate, and fill an empty database, in a process that is gone when it is done."""
    child = subprocess.Popen(
        [sys.executable, "-m", "marketplace.embedded.prepare"],
        cwd=PROJECT,
        env=told,
        start_new_session=True,
    )
    try:
        code = child.wait()
    except Stop:
        child.terminate()
        child.wait()
        raise
    if code:
        raise CannotStart("The database could not be prepared: see above.")


def services(given: Options, told: dict[str, str]) -> list[Child]:
    """The children in the order of starting."""
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "marketplace.background"]

    def child(name: str, *command: str) -> Child:
        return Child(name, command, told, given.logs / f"{name}.log")

    return [
        *stripe_stand_in.children(given.stripe_port, given.logs),
        child(
            "api",
            *(python, "-m", "gunicorn", "marketplace.api.wsgi"),
            *("-c", "python:marketplace.embedded.gunicorn_conf"),
        ),
        Child(
            "storefront",
            (
                *(python, "-m", "gunicorn", "storefront.wsgi"),
                *("-c", "python:storefront.gunicorn_conf"),
            ),
            storefront_environment(given, told),
            given.logs / "storefront.log",
        ),
        child(
            "worker",
            *(*celery, "worker", "--loglevel", "INFO", "--concurrency", "2"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ),
        child(
            "beat",
            *(*celery, "beat", "--loglevel", "INFO", "--pidfile", ""),
            *("--schedule", str(given.data / "beat-schedule")),
        ),
    ]


def check_alive(children: Sequence[Child]) -> None:
    for child in children:
        if child.ended:
            raise CannotStart(
                f"{child.last_words()}\nThe {child.name} has ended by itself; above is the end of "
                f"its log, {child.log}. Everything else is stopped, too."
            )


def wait_for_api(given: Options, children: Sequence[Child]) -> None:
    """Until the API answers a query."""
    deadline = time.monotonic() + START_SECONDS
    question = json.dumps({"query": "{ shop { name } }"}).encode()
    request = urllib.request.Request(  # noqa: S310
        f"{given.api}/graphql/", data=question, headers={"Content-Type": "application/json"}
    )
    while True:
        check_alive(children)
        try:
            with urllib.request.urlopen(request, timeout=10):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            raise CannotStart(
                f"The API answers with an error ({error}); its log is {given.logs / 'api.log'}."
            ) from error
        except (OSError, urllib.error.URLError):
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"The API did not answer within {START_SECONDS} s; its log is "
                    f"{given.logs / 'api.log'}."
                ) from None
            time.sleep(0.2)


def wait_for_storefront(given: Options, children: Sequence[Child]) -> None:
    """Until the storefront shows a page that needs no API."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        check_alive(children)
        try:
            with urllib.request.urlopen(f"{given.storefront}/accesso/", timeout=10):  # noqa: S310
                return
        except (OSError, urllib.error.URLError) as error:
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"The shop does not show its pages ({error}); its log is "
                    f"{given.logs / 'storefront.log'}."
                ) from error
            time.sleep(0.2)


def banner(given: Options) -> str:
    accounts = given.data / "demo-accounts.txt"
    known = accounts.read_text(encoding="utf-8").rstrip() if accounts.exists() else ""
    return f"""
WELFAREPIU is running on this machine.

  Shop     {given.storefront}
  API      {given.api}/graphql/
  Stripe   {given.stripe}  (a stand-in: test cards only)
  logs     {given.logs}
  mail     {given.data / "mail"}
{f"{chr(10)}{known}{chr(10)}" if known else ""}
It answers on loopback only and is for trying out: it runs Saleor 2.10.1, which is past its support.
Real people and real money belong on the production stack (see the README).

Ctrl-C stops it."""


def watch(children: Sequence[Child]) -> None:
    while True:
        check_alive(children)
        time.sleep(WATCH_SECONDS)


def serve(given: Options, note: Path) -> None:
    """From nothing to a running system, until somebody stops it or a part of it ends."""
    started = time.monotonic()
    check_ports(given)
    check_room(given.data)
    with database(given) as url:
        told = environment(given, url)
        prepare(given, told)
        # What processes of the last run counted is not this run's.
        shutil.rmtree(given.metrics, ignore_errors=True)
        children = services(given, told)
        try:
            say("Starting the shop, the API, the worker, beat and the Stripe stand-in ...")
            for child in children:
                child.start()
            stripe_stand_in.send_webhooks(
                given.stripe_port, f"{given.api}/stripe/webhook/", told["STRIPE_WEBHOOK_SECRET"]
            )
            wait_for_api(given, children)
            wait_for_storefront(given, children)
            installation.write(note, here(given, ready=True))
            say(banner(given))
            say(f"(started in {time.monotonic() - started:.0f} s)")
            watch(children)
        finally:
            say("\nStopping ...")
            stop_all(list(reversed(children)), seconds=STOP_SECONDS)


def main(arguments: Sequence[str] = ()) -> int:
    given = options(arguments)
    stop_on_signals()
    try:
        with only_one(given) as note:
            serve(given, note)
    except Stop:
        say("Stopped.")
        return 0
    except CannotStart as refusal:
        say(str(refusal))
        return 1
    except OSError as error:
        if not is_disk_full(error):
            raise
        say(DISK_FULL)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
