"""A supervisor of its own, on free ports, over a database cloned from the template."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

import pytest

from marketplace.embedded import postgres
from marketplace.embedded.processes import free_port
from marketplace.embedded.setup import PROJECT

# Everything comes up in some ten seconds, and goes in two, where the processors are free; others'
# work on them has made it minutes.
LONGEST_SECONDS = 300


class Supervisor:
    """``python -m marketplace.embedded.run`` as a process, with what it says in a file."""

    def __init__(self, data: Path, database_url: str) -> None:
        self.data = data
        self.port, self.stripe_port = free_port(), free_port()
        self.storefront_port = free_port()
        self.said_in = data.with_suffix(".said")
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("STRIPE_")
        } | {
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "marketplace.settings.embedded",
            "WELFAREPIU_DATA": str(data),
            "WELFAREPIU_PORT": str(self.port),
            "WELFAREPIU_STRIPE_PORT": str(self.stripe_port),
            "WELFAREPIU_STOREFRONT_PORT": str(self.storefront_port),
            "WELFAREPIU_WORKERS": "1",
            "WELFAREPIU_DEMO": "0",
        }

    @property
    def said(self) -> str:
        return self.said_in.read_text(encoding="utf-8")

    def start(self) -> None:
        with self.said_in.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "marketplace.embedded.run"],
                cwd=PROJECT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start_and_wait(self) -> None:
        self.start()
        deadline = time.monotonic() + LONGEST_SECONDS
        while "(started in" not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LONGEST_SECONDS)

    def refusal(self) -> str:
        """What it says when it ends by itself with exit code 1."""
        self.start()
        assert self.process.wait(60) == 1, self.said
        assert "Traceback" not in self.said
        return self.said


@pytest.fixture
def supervisor(tmp_path) -> Iterator[Callable[[str], Supervisor]]:
    """``supervisor(database_url)`` makes one; whatever it started ends with the test."""
    made: list[Supervisor] = []

    def make(database_url: str = "postgres://nobody@127.0.0.1:1/none") -> Supervisor:
        made.append(Supervisor(tmp_path / f"data{len(made)}", database_url))
        return made[-1]

    yield make
    for each in made:
        if hasattr(each, "process"):
            each.stop()


@contextmanager
def listening(port: int) -> Iterator[None]:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        yield


def url_of(database: str) -> str:
    """``DATABASE_URL`` of a database on the server that the tests use."""
    from django.db import connection

    params = connection.get_connection_params()
    login = f"{params.get('user', '')}:{params.get('password', '')}"
    host = quote(params.get("host", ""), safe="")
    return f"postgres://{login}@{host}:{params.get('port', '')}/{database}"


def owner() -> str | None:
    """The server runs as somebody of its own where we are root; its files are theirs."""
    return "embedded_postgres" if os.geteuid() == 0 else None


def give(folder: Path) -> None:
    if owner():
        known = pwd.getpwnam(owner())
        os.chown(folder, known.pw_uid, known.pw_gid)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's own user reaches: pytest shuts its own to all others."""
    made = Path(mkdtemp(prefix="welfarepiu-"))
    made.chmod(0o755)
    (made / "archive").mkdir()
    give(made / "archive")
    yield made
    for name in ("first", "second"):
        if (made / name / "PG_VERSION").exists():
            postgres.stop(made / name)
    shutil.rmtree(made, ignore_errors=True)
