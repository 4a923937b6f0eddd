"""Idempotency over real HTTP: Stripe's own SDK against the stand-in behind the proxy."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode, urlsplit

import pytest
import stripe

from marketplace.embedded import stripe_stand_in

SECRET = "whsec_of_the_test"


class Inbox:
    """An HTTP server that keeps what is posted to it."""

    def __init__(self) -> None:
        self.received: list[tuple[bytes, str]] = []
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.received.append((body, self.headers["Stripe-Signature"]))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/"

    def events_until(self, id: str) -> list[stripe.Event]:
        """Every event so far, each with a good signature, waiting for the one about ``id``."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            events = [stripe.Webhook.construct_event(*each, SECRET) for each in self.received]
            if any(event.data.object.id == id for event in events):
                break
            time.sleep(0.05)
        return events


@pytest.fixture(scope="module")
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    yield inbox
    inbox.server.shutdown()


@pytest.fixture(scope="module")
def base(inbox, tmp_path_factory) -> Iterator[str]:
    logs = tmp_path_factory.mktemp("stripe")
    with stripe_stand_in.running(webhook_url=inbox.url, secret=SECRET, logs=logs) as address:
        yield address


@pytest.fixture(autouse=True)
def sdk(base, monkeypatch):
    monkeypatch.setattr(stripe, "api_base", base)
    monkeypatch.setattr(stripe, "api_key", "sk_test_of_the_test")


def intent(**given):
    card = stripe.PaymentMethod.create(
        type="card",
        card={"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"},
    )
    return {"amount": 1234, "currency": "eur", "payment_method": card.id, "confirm": True} | given


def test_same_key_and_body_is_one_payment():
    asked = intent()
    first = stripe.PaymentIntent.create(**asked, idempotency_key="one")
    again = stripe.PaymentIntent.create(**asked, idempotency_key="one")
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers


def test_without_a_key_there_are_two_payments():
    """The twin: it is the key that makes one of them."""
    asked = intent()
    assert stripe.PaymentIntent.create(**asked).id != stripe.PaymentIntent.create(**asked).id


def test_same_key_with_another_body_is_refused():
    asked = intent()
    first = stripe.PaymentIntent.create(**asked, idempotency_key="two")
    with pytest.raises(stripe.error.IdempotencyError) as refused:
        stripe.PaymentIntent.create(**(asked | {"amount": 1235}), idempotency_key="two")
    assert refused.value.http_status == 400
    assert stripe.PaymentIntent.retrieve(first.id).amount == 1234


def test_keys_belong_to_an_account():
    asked = intent()
    one = stripe.PaymentIntent.create(**asked, idempotency_key="three")
    other = stripe.PaymentIntent.create(
        **asked, idempotency_key="three", api_key="sk_test_of_somebody_else"
    )
    assert one.id != other.id


def test_refused_request_may_be_corrected_under_its_key():
    with pytest.raises(stripe.error.InvalidRequestError):
        stripe.PaymentIntent.create(amount=-1, currency="eur", idempotency_key="four")
    assert stripe.PaymentIntent.create(amount=1, currency="eur", idempotency_key="four").amount == 1


def test_declined_card_is_declined_again():
    card = stripe.PaymentMethod.create(
        type="card",
        card={"number": "4000000000000341", "exp_month": 12, "exp_year": 2040, "cvc": "123"},
    )
    asked = {"amount": 5, "currency": "eur", "payment_method": card.id, "confirm": True}
    for _ in range(2):
        with pytest.raises(stripe.error.CardError) as declined:
            stripe.PaymentIntent.create(**asked, idempotency_key="five")
    assert declined.value.headers["Idempotent-Replayed"] == "true"


def test_at_once_with_one_key_is_one_payment(base):
    """Raw requests, since the SDK tries again by itself when it is told that the key is in use."""
    body = urlencode({"amount": 99, "currency": "eur"})

    def post(_: int) -> tuple[int, str]:
        connection = http.client.HTTPConnection(urlsplit(base).netloc)
        headers = {
            "Authorization": "Bearer sk_test_of_the_test",
            "Idempotency-Key": "six",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST", "/v1/payment_intents", body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()).get("id", "")

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(post, range(16)))
    assert {status for status, _ in answers} <= {200, 409}
    assert len({id for status, id in answers if status == 200}) == 1


def test_webhook_is_signed_with_the_secret_it_was_given(inbox):
    paid = stripe.PaymentIntent.create(**intent(metadata={"top_up": "7"}))
    (event,) = [event for event in inbox.events_until(paid.id) if event.data.object.id == paid.id]
    assert event.type == "payment_intent.succeeded"
    assert event.data.object.metadata == {"top_up": "7"}
