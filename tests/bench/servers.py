"""Real servers on loopback: gunicorn with our settings or bare Saleor's, each its own database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from marketplace.embedded import broker
from marketplace.embedded.setup import PROJECT

START_SECONDS = 120
OURS, BARE = "marketplace.settings.embedded", "marketplace.settings.bare"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def url_of(database: str) -> str:
    """``DATABASE_URL`` of a database on the server that Django is connected to."""
    params = connection.get_connection_params()
    host = quote(params.get("host", ""), safe="")
    login = f"{params.get('user', '')}:{params.get('password', '')}"
    return f"postgres://{login}@{host}:{params.get('port', '')}/{database}"


class Server:
    """One side: its port, its process, and a folder of its own for its queue and its log."""

    def __init__(self, settings_module: str, database: str, folder: Path, workers: int) -> None:
        self.port = free_port()
        self.data = folder
        (folder / "media").symlink_to(settings.MEDIA_ROOT, target_is_directory=True)
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": settings_module,
            "DATABASE_URL": url_of(database),
            # Tasks are queued as in production and lie there: no worker competes for the cores.
            "CELERY_BROKER_URL": broker.URL,
            "WELFAREPIU_DATA": str(folder),
            "WELFAREPIU_PORT": str(self.port),
            "WELFAREPIU_WORKERS": str(workers),
        }
        command = [sys.executable, "-m", "gunicorn", "tests.bench.counting:application"]
        command += ["-c", "python:marketplace.embedded.gunicorn_conf", "--log-level", "warning"]
        # Threads, so that connections are kept alive; the same for both sides.
        command += ["--worker-class", "gthread", "--threads", "4"]
        with (folder / "log").open("w") as log:
            self.process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until it answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql/",
            data=b'{"query": "{ shop { name } }"}',
            headers={"Content-Type": "application/json"},
        )
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                urllib.request.urlopen(request, timeout=10).read()  # noqa: S310
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"the server did not start:\n{(self.data / 'log').read_text()[-3000:]}")

    def queued(self) -> int:
        """How many background tasks lie in its queue."""
        return sum(1 for _message in (self.data / "broker").glob("*.msg"))

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=30)


@contextmanager
def serving(sides: dict[str, tuple[str, str]], workers: int = 2) -> Iterator[dict[str, Server]]:
    """Servers by name, of (settings, database) each, started together, for the block's length."""
    servers: dict[str, Server] = {}
    with tempfile.TemporaryDirectory(prefix="bench-", dir=settings.DATA) as folder:
        try:
            for name, (settings_module, database) in sides.items():
                data = Path(folder, name)
                data.mkdir()
                servers[name] = Server(settings_module, database, data, workers)
            for server in servers.values():
                server.wait()
            yield servers
        finally:
            for server in servers.values():
                server.stop()
