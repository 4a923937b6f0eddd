"""A Stripe of our own on this machine, and our API over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from marketplace.embedded.processes import free_port
from marketplace.embedded.stripe_stand_in import running


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(scope="session")
def webhook_port() -> int:
    """Where the stand-in sends its events; whether somebody listens there is the test's affair."""
    return free_port()


@pytest.fixture(scope="session")
def stripe_process(webhook_port, tmp_path_factory, django_db_setup) -> Iterator[str]:
    """The real stand-in behind the idempotency proxy, in processes of their own; its address."""
    from django.conf import settings

    with running(
        webhook_url=f"http://127.0.0.1:{webhook_port}/stripe/webhook/",
        secret=settings.STRIPE_WEBHOOK_SECRET,
        logs=tmp_path_factory.mktemp("stripe"),
    ) as base:
        yield base


@pytest.fixture
def stripe_api(stripe_process, settings) -> str:
    """Our code talks to the stand-in."""
    settings.STRIPE_API_BASE = stripe_process
    return stripe_process


@pytest.fixture
def our_api(committed_db, webhook_port) -> Iterator[str]:
    """Our API over HTTP, where the stand-in's events arrive; its address."""
    server = ThreadedWSGIServer(("127.0.0.1", webhook_port), _QuietHandler)
    server.daemon_threads = True
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{webhook_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
