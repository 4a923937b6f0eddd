"""Stripe's Checkout on the stand-in: sessions, their page as a browser sees it, their events."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests
import stripe

from marketplace.embedded import stripe_stand_in
from tests.embedded.test_stripe_proxy import SECRET, Inbox

VISA, DECLINED, ASKED = "4242424242424242", "4000000000000341", "4000002500003155"


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


def session(**given):
    line = {"price_data": {"currency": "eur", "unit_amount": 1240, "product_data": {"name": "x"}}}
    return stripe.checkout.Session.create(
        **{
            "mode": "payment",
            "line_items": [{"quantity": 1, **line}],
            "success_url": "http://127.0.0.1:9/done?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:9/left",
            "payment_intent_data": {"metadata": {"mark": "m"}},
            "metadata": {"mark": "m"},
            "expires_at": int(time.time()) + 1900,
            **given,
        }
    )


def pay(made, number=VISA, **card):
    data = {"number": number, "expires": "12/40", "cvc": "123", **card}
    return requests.post(made.url, data=data, timeout=10, allow_redirects=False)


def state(made) -> tuple[str, str]:
    seen = stripe.checkout.Session.retrieve(made.id)
    return seen.status, seen.payment_status


def test_paid_the_browser_goes_back_and_the_news_is_signed(inbox):
    made = session()
    assert state(made) == ("open", "unpaid")
    assert "12,40" in requests.get(made.url, timeout=10).text
    done = pay(made)
    assert done.status_code == 303
    assert done.headers["Location"] == f"http://127.0.0.1:9/done?session={made.id}"
    assert state(made) == ("complete", "paid")
    (event,) = [one for one in inbox.events_until(made.id) if one.data.object.id == made.id]
    assert event.type == "checkout.session.completed"
    assert stripe.Event.retrieve(event.id).data.object.payment_status == "paid"
    seen = stripe.checkout.Session.retrieve(made.id, expand=["payment_intent"])
    assert seen.payment_intent.status == "succeeded"
    assert seen.payment_intent.metadata == {"mark": "m"}


def test_declined_another_card_may_be_tried():
    made = session()
    assert pay(made, DECLINED).status_code == 402
    seen = stripe.checkout.Session.retrieve(made.id, expand=["payment_intent"])
    assert seen.status == "open"
    assert seen.payment_intent.last_payment_error.code == "card_declined"
    assert pay(made).status_code == 303
    assert state(made) == ("complete", "paid")


@pytest.mark.parametrize(
    "wrong", [{"number": "1"}, {"expires": "13/40"}, {"expires": "x"}, {"cvc": ""}]
)
def test_what_is_no_card_is_said_so(wrong):
    made = session()
    assert pay(made, **wrong).status_code == 402
    assert state(made) == ("open", "unpaid")


@pytest.mark.parametrize(("answer", "paid"), [("yes", "paid"), ("no", "unpaid")])
def test_the_bank_asks(answer, paid):
    made = session(locale="en")
    pay(made, ASKED)
    assert "Your bank asks" in requests.get(made.url, timeout=10).text
    requests.post(f"{made.url}/prove", data={"answer": answer}, timeout=10, allow_redirects=False)
    assert state(made)[1] == paid


def test_two_clicks_are_one_payment():
    made = session()
    pay(made)
    pay(made)
    intents = [one for one in stripe.PaymentIntent.list(limit=100) if one.amount == 1240]
    paid = stripe.checkout.Session.retrieve(made.id).payment_intent
    assert paid in [one.id for one in intents]
    assert state(made) == ("complete", "paid")


def test_expired_it_takes_no_card_and_says_so(inbox):
    made = session()
    stripe.checkout.Session.expire(made.id)
    assert state(made) == ("expired", "unpaid")
    assert requests.get(made.url, timeout=10).status_code == 410
    pay(made)
    assert state(made) == ("expired", "unpaid")
    with pytest.raises(stripe.error.InvalidRequestError):
        stripe.checkout.Session.expire(made.id)
    kinds = [one.type for one in inbox.events_until(made.id) if one.data.object.id == made.id]
    assert kinds == ["checkout.session.expired"]


def test_the_same_key_is_the_same_session():
    asked = {"expires_at": int(time.time()) + 2000, "idempotency_key": "one-session"}
    assert session(**asked).id == session(**asked).id


@pytest.mark.parametrize(
    "wrong", [{"mode": "setup"}, {"expires_at": int(time.time()) + 60}, {"line_items": []}]
)
def test_what_stripe_would_refuse_is_refused(wrong):
    with pytest.raises(stripe.error.InvalidRequestError):
        session(**wrong)


def test_a_session_is_its_accounts_own():
    made = session()
    with pytest.raises(stripe.error.InvalidRequestError):
        stripe.checkout.Session.retrieve(made.id, api_key="sk_test_of_somebody_else")
