"""A Stripe on this machine: localstripe in a process of its own, behind our idempotency proxy.

localstripe is never imported by code of ours; it would listen on every interface by itself, so
gunicorn runs it on loopback. What it holds ends with it. Card numbers are Stripe's test cards.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from marketplace.embedded.processes import Child, free_port, stop_all
from marketplace.embedded.refusal import CannotStart

START_SECONDS = 30


def children(port: int, logs: Path) -> list[Child]:
    """The two processes, not yet started; the API answers at ``http://127.0.0.1:<port>``."""
    behind = free_port()
    environment = {"PATH": os.environ.get("PATH", os.defpath)}
    stand_in = Child(
        "stripe",
        [
            sys.executable, "-m", "gunicorn", "localstripe.server:app",
            "--bind", f"127.0.0.1:{behind}", "--worker-class", "aiohttp.GunicornWebWorker",
            # What it knows is in its memory: one worker, for good.
            "--workers", "1", "--max-requests", "0", "--no-control-socket",
            # Longer than the proxy keeps a connection (15 s): the side that sends is to close it,
            # or a request goes out while the other side closes, and is lost.
            "--keep-alive", "60",
        ],
        environment,
        logs / "stripe.log",
    )  # fmt: skip
    proxy = Child(
        "stripe proxy",
        [
            sys.executable, "-m", "marketplace.embedded.stripe_proxy",
            "--port", str(port), "--upstream", f"http://127.0.0.1:{behind}",
        ],
        environment,
        logs / "stripe-proxy.log",
    )  # fmt: skip
    return [stand_in, proxy]


def send_webhooks(port: int, url: str, secret: str) -> None:
    """Have the stand-in post its events to ``url``, signed with ``secret``.

    Raises:
        CannotStart: it does not answer within half a minute.
    """
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/_config/webhooks/welfarepiu",
        data=json.dumps({"url": url, "secret": secret}).encode(),
        headers={"Content-Type": "application/json"},
    )
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(request, timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            if time.monotonic() > deadline:
                raise CannotStart(f"The Stripe stand-in does not answer ({error}).") from error
            time.sleep(0.1)


@contextmanager
def running(*, webhook_url: str, secret: str, logs: Path) -> Iterator[str]:
    """A stand-in for the length of a block (tests use it); yields the API's base address."""
    port = free_port()
    started = children(port, logs)
    try:
        for child in started:
            child.start()
        send_webhooks(port, webhook_url, secret)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop_all(started, seconds=5)
