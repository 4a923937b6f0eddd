"""Real servers on loopback: gunicorn with our settings or bare Saleor's, each its own database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from django.db import connection

WORKERS = 2
START_SECONDS = 60


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


@contextmanager
def serving(settings: str, database: str) -> Iterator[int]:
    """The port of a server with these settings on this database, for the block's length."""
    port = free_port()
    told = os.environ | {
        "DJANGO_SETTINGS_MODULE": settings,
        "DATABASE_URL": url_of(database),
        "WELFAREPIU_PORT": str(port),
        "WELFAREPIU_WORKERS": str(WORKERS),
    }
    module = "saleor.wsgi" if settings.endswith("bare") else "marketplace.api.wsgi"
    command = [sys.executable, "-m", "gunicorn", f"{module}:application"]
    command += ["-c", "python:marketplace.embedded.gunicorn_conf", "--log-level", "warning"]
    # Threads, so that connections are kept alive; the same for both sides.
    command += ["--worker-class", "gthread", "--threads", "4"]
    child = subprocess.Popen(command, env=told, start_new_session=True)
    try:
        _wait(port, child)
        yield port
    finally:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait(timeout=30)


def _wait(port: int, child: subprocess.Popen[bytes]) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql/",
        data=b'{"query": "{ shop { name } }"}',
        headers={"Content-Type": "application/json"},
    )
    deadline = time.monotonic() + START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(request, timeout=10).read()  # noqa: S310
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise RuntimeError("the server did not start")
