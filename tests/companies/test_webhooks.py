"""The webhook: who may speak, and that whatever order news comes in, the end is the same."""

from __future__ import annotations

import itertools
import json
import time

import pytest
from django.test import Client

from marketplace.companies.models import TopUp, TopUpFinding, TopUpStatus
from marketplace.payments.models import StripeEvent
from tests.companies import factories, stripe_events
from tests.companies.stripe_events import NOW, deliver, event, failed, intent, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def top_up():
    return factories.top_up(factories.company())


def status_of(top_up: TopUp) -> str:
    top_up.refresh_from_db()
    return top_up.status


def nothing_happened(top_up: TopUp) -> bool:
    return (
        status_of(top_up) == TopUpStatus.PENDING
        and factories.budget(top_up.company) == 0
        and not StripeEvent.objects.exists()
    )


def test_a_payment_that_succeeded_is_in_the_budget(top_up):
    assert deliver(event(intent(top_up))) == 200
    assert status_of(top_up) == TopUpStatus.SUCCEEDED
    assert factories.budget(top_up.company) == top_up.amount_cents


def test_what_nobody_signed_is_refused(top_up):
    payload = json.dumps(event(intent(top_up)))
    old = signed(payload, at=int(time.time()) - 301)
    for header in ("", "nonsense", "t=1,v1=", "t=x,v1=y", signed(payload, "another secret"), old):
        assert deliver(payload, header) == 400
    assert deliver(payload + " ", signed(payload)) == 400
    assert nothing_happened(top_up)


def test_an_empty_secret_verifies_nothing(top_up, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""
    payload = json.dumps(event(intent(top_up)))
    assert deliver(payload, signed(payload, "")) == 400
    assert nothing_happened(top_up)


@pytest.mark.parametrize(
    "payload", ["", "[]", "{}", "null", '{"id": "evt_x"}', "\ud83d", "not json"]
)
def test_what_is_signed_and_no_event_is_refused(payload):
    body = payload.encode("utf-8", "replace").decode()
    assert deliver(body, signed(body)) == 400
    assert not StripeEvent.objects.exists()


def test_only_post_is_answered():
    assert Client().get("/stripe/webhook/").status_code == 405


def test_an_event_of_another_kind_is_stored_and_changes_nothing():
    assert deliver(event({"object": "customer", "status": "x"}, "customer.created")) == 200
    assert StripeEvent.objects.get().type == "customer.created"


def test_the_same_event_again_changes_nothing(top_up):
    succeeded = event(intent(top_up))
    assert [deliver(succeeded) for _ in range(3)] == [200] * 3
    assert factories.budget(top_up.company) == top_up.amount_cents
    assert StripeEvent.objects.count() == 1


def test_two_events_of_one_success_are_one_payment(top_up):
    assert [deliver(event(intent(top_up))) for _ in range(3)] == [200] * 3
    assert factories.budget(top_up.company) == top_up.amount_cents
    assert StripeEvent.objects.count() == 3


def story(top_up):
    """What Stripe says of a payment that fails once, is tried again and comes."""
    return [
        event(failed(top_up), "payment_intent.payment_failed", at=NOW),
        event(intent(top_up, "processing"), at=NOW + 10),
        event(intent(top_up), at=NOW + 20),
    ]


@pytest.mark.parametrize("order", itertools.permutations(range(3)))
def test_in_whatever_order_it_ends_paid_once(top_up, order):
    events = story(top_up)
    for place in order:
        assert deliver(events[place]) == 200
    assert status_of(top_up) == TopUpStatus.SUCCEEDED
    assert top_up.failure == ""
    assert factories.budget(top_up.company) == top_up.amount_cents


@pytest.mark.parametrize("order", itertools.permutations(range(2)))
def test_of_news_without_money_the_newest_counts(top_up, order):
    events = [
        event(intent(top_up, "processing"), at=NOW),
        event(failed(top_up), "payment_intent.payment_failed", at=NOW + 10),
    ]
    for place in order:
        deliver(events[place])
    assert status_of(top_up) == TopUpStatus.FAILED
    assert top_up.failure == "Your card was declined."
    assert factories.budget(top_up.company) == 0


@pytest.mark.parametrize("kind", ["succeeded", "canceled"])
def test_nothing_takes_back_what_was_paid(top_up, kind):
    deliver(event(intent(top_up)))
    deliver(event(failed(top_up), "payment_intent.payment_failed", at=NOW + 99))
    deliver(event(intent(top_up, kind), at=NOW + 100))
    assert status_of(top_up) == TopUpStatus.SUCCEEDED
    assert factories.budget(top_up.company) == top_up.amount_cents


def test_a_payment_whose_answer_was_lost_is_known_by_our_mark(top_up):
    TopUp.objects.update(payment_intent=None)
    deliver(event(intent(top_up)))
    assert status_of(top_up) == TopUpStatus.SUCCEEDED
    assert top_up.payment_intent.startswith("pi_")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount": 99_99}, "AMOUNT_DIFFERS"),
        ({"amount_received": 1}, "AMOUNT_DIFFERS"),
        ({"currency": "usd"}, "CURRENCY_DIFFERS"),
        ({"metadata": {"company": "999"}}, "COMPANY_DIFFERS"),
        ({"metadata": {}}, "COMPANY_DIFFERS"),
        ({"id": "pi_of_somebody"}, "UNKNOWN_TOP_UP"),
        ({"id": "pi_of_somebody", "metadata": {"top_up": "9" * 18}}, "UNKNOWN_TOP_UP"),
        ({"id": "pi_of_somebody", "metadata": {"top_up": "drop"}}, "UNKNOWN_TOP_UP"),
    ],
)
def test_a_payment_that_differs_is_found_and_not_posted(top_up, wrong, code):
    for _ in range(2):
        assert deliver(event(intent(top_up, **wrong))) == 200
    assert [finding.code for finding in TopUpFinding.objects.all()] == [code]
    assert status_of(top_up) == TopUpStatus.PENDING
    assert factories.budget(top_up.company) == 0


@pytest.mark.parametrize("kind", ["charge.refunded", "charge.dispute.created"])
def test_a_payment_that_stripe_took_back_is_found(top_up, kind):
    deliver(event(intent(top_up)))
    charge = {"object": "charge", "payment_intent": top_up.payment_intent}
    assert deliver(event(charge, kind)) == 200
    found = TopUpFinding.objects.get()
    assert (found.code, found.top_up) == ("PAYMENT_REVERSED", top_up)
    assert factories.budget(top_up.company) == top_up.amount_cents


def test_a_failure_while_it_is_applied_stores_nothing_so_that_stripe_tries_again(
    top_up, monkeypatch
):
    def broken(**_given):
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr("marketplace.companies.services.top_ups.post", broken)
        with pytest.raises(RuntimeError):
            deliver(event(intent(top_up), id="evt_again"))
    assert nothing_happened(top_up)
    deliver(event(intent(top_up), id="evt_again"))
    assert factories.budget(top_up.company) == top_up.amount_cents


def test_the_signature_is_the_librarys_own():
    assert stripe_events.signed("{}", "s", at=1).startswith("t=1,v1=")
