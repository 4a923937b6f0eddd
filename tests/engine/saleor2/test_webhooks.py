"""Deliveries of Saleor's webhooks to a real HTTP server that answers as told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from celery import Celery
from celery.app.autoretry import add_autoretry_behaviour
from requests.exceptions import RequestException
from saleor.plugins.webhook.tasks import send_webhook_request

RETRIES = 15
pytestmark = pytest.mark.django_db


class Receiver(HTTPServer):
    """Answers every delivery with ``status`` and counts them."""

    status = 200
    deliveries = 0


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.deliveries += 1
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def deliver(receiver: Receiver, status: int, task=send_webhook_request) -> int:
    """Deliver once with all the retries that there are; how often the receiver was asked."""
    receiver.status = status
    url = f"http://127.0.0.1:{receiver.server_port}/"
    task.apply(args=(1, url, "secret", "order_created", "{}"))
    return receiver.deliveries


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_a_refusal_is_not_repeated(receiver, status):
    assert deliver(receiver, status) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_may_pass_is_tried_again(receiver, status):
    assert deliver(receiver, status) == 1 + RETRIES


def test_a_delivery_that_arrives_is_not_repeated(receiver):
    assert deliver(receiver, 200) == 1


def test_twin_saleors_own_task_repeats_a_refusal(receiver):
    saleors_own = send_webhook_request._orig_run.__wrapped__
    twin = Celery("twin", broker="memory://", set_as_current=False).task(name="twin")(saleors_own)
    add_autoretry_behaviour(
        twin, autoretry_for=(RequestException,), retry_kwargs={"max_retries": RETRIES}
    )
    assert deliver(receiver, 410, twin) == 1 + RETRIES
