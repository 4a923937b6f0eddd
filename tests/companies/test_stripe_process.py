"""Top-ups against a real Stripe stand-in: its processes, the SDK, signed webhooks over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
import stripe
from django.conf import settings

from marketplace.api.entities import to_global
from marketplace.companies.models import TopUp, TopUpMethod, TopUpStatus
from marketplace.companies.services.top_ups import TopUpAsked, top_up_create, top_up_refresh
from marketplace.companies.tasks import top_ups_refresh
from marketplace.payments.models import StripeEvent
from marketplace.people.actor import actor_of
from tests.at_once import at_once
from tests.companies import factories
from tests.companies.stripe_events import deliver
from tests.companies.test_top_ups import CREATE, aged
from tests.engine.installed import token_of

VISA = "4242424242424242"
DECLINED = "4000000000000341"
IBAN = "IT60X0542811101000000123456"


def pay(intent: str, number: str = VISA) -> None:
    """What the payer's client does: give Stripe a card, or an IBAN, and confirm."""
    key = {"api_key": settings.STRIPE_API_KEY}
    if number.isdigit():
        card = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
        method = stripe.PaymentMethod.create(type="card", card=card, **key)
    else:
        method = stripe.PaymentMethod.create(type="sepa_debit", sepa_debit={"iban": number}, **key)
    stripe.PaymentIntent.modify(intent, payment_method=method.id, **key)
    stripe.PaymentIntent.confirm(intent, **key)


def eventually(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 15
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def ask(company: Any, manager: Any, **others: Any) -> TopUpAsked:
    given = {
        "company_id": company.pk,
        "amount_cents": 250_00,
        "method": TopUpMethod.CARD,
        "idempotency_key": "key-1",
    }
    return top_up_create(actor=actor_of(manager), **{**given, **others})


def payments_at_stripe() -> int:
    return len(stripe.PaymentIntent.list(limit=100, api_key=settings.STRIPE_API_KEY).data)


def test_over_http_the_whole_way_and_once(our_api, stripe_api):
    company = factories.company()
    manager = factories.manager(company)
    variables = {
        "c": to_global("Company", company.pk), "a": "250.00", "m": "CARD", "k": "key-1"
    }  # fmt: skip
    answer = requests.post(
        f"{our_api}/graphql/",
        json={"query": CREATE, "variables": variables},
        headers={"Authorization": f"JWT {token_of(manager)}"},
        timeout=30,
    ).json()["data"]["companyTopUpCreate"]
    assert answer["errors"] == []
    intent = answer["topUp"]["paymentIntentId"]
    assert answer["clientSecret"].startswith(intent)

    pay(intent)
    assert eventually(lambda: factories.budget(company) == 250_00)
    assert TopUp.objects.get().status == TopUpStatus.SUCCEEDED

    kept = StripeEvent.objects.get()
    again = stripe.Event.retrieve(kept.pk, api_key=settings.STRIPE_API_KEY)
    assert deliver(json.dumps(again.to_dict_recursive())) == 200
    assert deliver(json.dumps({**again.to_dict_recursive(), "id": "evt_another"})) == 200
    assert factories.budget(company) == 250_00


def test_a_direct_debit_is_first_on_its_way_then_there(our_api, stripe_api):
    company = factories.company()
    top_up = ask(company, factories.manager(company), method=TopUpMethod.SEPA).top_up
    pay(top_up.payment_intent, IBAN)
    assert top_up_refresh(top_up_id=top_up.pk).status in (
        TopUpStatus.PROCESSING,
        TopUpStatus.SUCCEEDED,
    )
    assert eventually(lambda: factories.budget(company) == 250_00)


@pytest.mark.django_db
class TestWithoutWebhooks:
    """Nobody listens where the stand-in sends its events: each one is lost."""

    @pytest.fixture
    def company(self):
        return factories.company()

    @pytest.fixture
    def manager(self, company):
        return factories.manager(company)

    def test_a_lost_webhook_is_made_up_for_by_asking(self, stripe_api, company, manager):
        top_up = ask(company, manager).top_up
        aged(top_up, minutes=2)
        top_ups_refresh()
        assert factories.budget(company) == 0
        pay(top_up.payment_intent)
        for _ in range(2):
            top_ups_refresh()
            assert factories.budget(company) == 250_00
        top_up.refresh_from_db()
        assert top_up.status == TopUpStatus.SUCCEEDED

    def test_a_declined_card_is_said_so(self, stripe_api, company, manager):
        top_up = ask(company, manager).top_up
        with pytest.raises(stripe.error.CardError):
            pay(top_up.payment_intent, DECLINED)
        refreshed = top_up_refresh(top_up_id=top_up.pk)
        assert refreshed.status == TopUpStatus.FAILED
        assert refreshed.failure
        assert factories.budget(company) == 0

    def test_the_same_key_has_the_same_payment(self, stripe_api, company, manager):
        first, second = ask(company, manager), ask(company, manager)
        assert first.client_secret == second.client_secret
        assert first.top_up == second.top_up

    def test_an_answer_that_never_came_is_asked_for_again(self, stripe_api, company, manager):
        first = ask(company, manager)
        TopUp.objects.update(payment_intent=None)
        second = ask(company, manager)
        assert second.top_up.payment_intent == first.top_up.payment_intent
        assert second.client_secret == first.client_secret

    def test_after_an_outage_the_key_takes_the_top_up_up_again(
        self, stripe_api, company, manager, settings, api
    ):
        request = {
            "c": to_global("Company", company.pk), "a": "9.00", "m": "CARD", "k": "key-1"
        }  # fmt: skip
        settings.STRIPE_API_BASE = "http://127.0.0.1:9"
        assert api.refused(CREATE, request, user=manager) == ["PAYMENT_SERVICE_UNAVAILABLE"]
        settings.STRIPE_API_BASE = stripe_api
        answer = api.data(CREATE, request, user=manager)["companyTopUpCreate"]
        assert answer["clientSecret"]
        assert TopUp.objects.get().payment_intent == answer["topUp"]["paymentIntentId"]


def test_the_top_up_is_committed_before_stripe_is_asked(committed_db, settings, api):
    """With the mutation's own transaction around it, a refused one would be gone."""
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    company = factories.company()
    request = {"c": to_global("Company", company.pk), "a": "9.00", "m": "CARD", "k": "key-1"}
    manager = factories.manager(company)
    assert api.refused(CREATE, request, user=manager) == ["PAYMENT_SERVICE_UNAVAILABLE"]
    assert TopUp.objects.get().status == TopUpStatus.PENDING


def test_one_key_asked_for_eight_times_at_once_is_one_payment(committed_db, stripe_api):
    company = factories.company()
    manager = factories.manager(company)
    stripe.api_base = stripe_api
    before = payments_at_stripe()
    answers = at_once(lambda _n: ask(company, manager), 8)
    assert len({answer.client_secret for answer in answers}) == 1
    assert {answer.top_up.pk for answer in answers} == {TopUp.objects.get().pk}
    assert payments_at_stripe() == before + 1
