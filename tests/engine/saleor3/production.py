"""The production stack as processes: Redis, the API under uvicorn, a worker; and a mail server."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socketserver
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from base64 import urlsafe_b64encode
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from celery import Celery
from django.conf import settings
from kombu import Connection

from marketplace.embedded.processes import Child, free_port, stop_all
from tests.embedded.conftest import url_of

# Production's, but that a task is taken to be lost after seconds.
SETTINGS = "tests.engine.saleor3.quick_settings"


class Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a letter needs to be taken."""

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().strip().upper():
            if line == b"DATA":
                self._say("354 go on")
                said = b"".join(iter(self.rfile.readline, b".\r\n"))
                assert isinstance(self.server, MailServer)
                self.server.letters.append(message_from_bytes(said, policy=policy.default))
            self._say("221 bye" if line == b"QUIT" else "250 well")

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Mail)
        self.letters: list[Any] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Stack:
    """Starts nothing by itself; what it has started ends with :meth:`stop`."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.mail = folder, MailServer()
        self.port, self.redis_port = free_port(), free_port()
        self.password, self.metrics_token = secrets.token_hex(24), secrets.token_urlsafe(40)
        self.started: list[Child] = []
        redis = f"redis://:{self.password}@127.0.0.1:{self.redis_port}"
        # The test's own process signs tokens and encrypts, too.
        keys = settings.WELFAREPIU_ENCRYPTION_KEYS or [urlsafe_b64encode(os.urandom(32)).decode()]
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("WELFARE")
        } | {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "RSA_PRIVATE_KEY": settings.RSA_PRIVATE_KEY,
            "WELFAREPIU_ENCRYPTION_KEYS": ",".join(keys),
            "DATABASE_URL": with_password(url_of(database)),
            "CELERY_BROKER_URL": f"{redis}/0",
            "CACHE_URL": f"{redis}/1",
            "ALLOWED_HOSTS": "127.0.0.1",
            "ALLOWED_CLIENT_HOSTS": "127.0.0.1",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.server_address[1]}",
            "DEFAULT_FROM_EMAIL": "Negozio <negozio@welfare.example>",
            "STRIPE_API_KEY": "sk_test_abcdefgh",
            "STRIPE_WEBHOOK_SECRET": "whsec_abcdefgh",
            "STOREFRONT_CALLER_KEY": secrets.token_urlsafe(40),
            "WELFAREPIU_METRICS_TOKEN": self.metrics_token,
            "WELFAREPIU_MEDIA": str(folder / "media"),
            "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        }

    def _start(self, name: str, *command: str) -> Child:
        child = Child(name, command, self.environment, self.folder / f"{name}.log")
        self.started.append(child)
        child.start()
        return child

    def api(self) -> Child:
        return self._start(
            "api",
            *(sys.executable, "-m", "marketplace.api.serve"),
            *("--host=127.0.0.1", f"--port={self.port}", "--workers=2"),
        )

    def worker(self, name: str = "worker") -> Child:
        return self._start(
            name,
            *(sys.executable, "-m", "celery", "--app=marketplace.background", "worker"),
            *("--loglevel=INFO", "--concurrency=1", "--without-gossip", "--without-mingle"),
            "--include=tests.operation.deadly",
        )

    def send(self, task: str) -> None:
        """Put a task into the queue, from outside."""
        url = self.environment["CELERY_BROKER_URL"]
        with Celery("outside") as sending, Connection(url) as connection:
            sending.send_task(task, connection=connection)

    def redis(self) -> subprocess.Popen[bytes]:
        """A Redis, or the same one again: what was in it is on its disk."""
        program = shutil.which("redis-server")
        assert program, "These tests need a Redis: install redis-server."
        data = self.folder / "redis"
        data.mkdir(exist_ok=True)
        with (self.folder / "redis.log").open("ab") as log:
            running = subprocess.Popen(
                [
                    *(program, "-", "--port", str(self.redis_port), "--bind", "127.0.0.1"),
                    *("--dir", str(data), "--appendonly", "yes", "--appendfsync", "always"),
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        assert running.stdin is not None
        running.stdin.write(f"requirepass {self.password}\n".encode())
        running.stdin.close()
        return running

    def ask(self, query: str, variables: Any, token: str = "") -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", "Accept-Language": "en"}
        if token:
            headers["Authorization"] = f"JWT {token}"
        return self.get("/graphql/", body, headers)[1]

    def get(self, path: str, body: bytes | None = None, headers: Any = None) -> tuple[int, Any]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers or {})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status, _content(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _content(error.read())
        except OSError:
            return 0, None

    def metrics(self) -> str:
        said = self.get("/metrics", None, {"Authorization": f"Bearer {self.metrics_token}"})
        return str(said[1])

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")

    def stop(self) -> None:
        stop_all(self.started, seconds=15)
        self.mail.shutdown()


def _content(said: bytes) -> Any:
    try:
        return json.loads(said)
    except ValueError:
        return said.decode()


def with_password(url: str) -> str:
    """The tests' server takes whoever reaches its socket; production wants a password."""
    login, at, rest = url.partition("://")[2].partition("@")
    return f"postgres://{login.partition(':')[0]}:{secrets.token_hex(24)}{at}{rest}"


def wait_for(condition: Any, seconds: float = 240) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


__all__ = ["MailServer", "Stack", "wait_for", "with_password"]
