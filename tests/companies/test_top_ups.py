"""Asking for money, confirming a bank transfer; Stripe is the real thing in test_stripe_process."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from marketplace.api.entities import to_global
from marketplace.companies import selectors
from marketplace.companies.models import TopUp, TopUpMethod, TopUpStatus
from marketplace.companies.services.top_ups import top_up_create, top_up_refresh
from marketplace.people.actor import actor_of
from marketplace.people.models import Role
from marketplace.refusals import Refusal
from tests.companies import factories
from tests.engine.installed import NOT_A_NUMBER

pytestmark = pytest.mark.django_db

CREATE = """mutation($c: ID!, $a: Decimal!, $m: TopUpMethodEnum!, $k: String!) {
  companyTopUpCreate(companyId: $c, amount: $a, method: $m, idempotencyKey: $k) {
    topUp { id status amount { amount currency } bankTransferText paymentIntentId }
    clientSecret errors { field code message } } }"""
CONFIRM = """mutation($id: ID!, $on: Date!, $ref: String!) {
  companyTopUpConfirm(id: $id, paidOn: $on, bankReference: $ref) {
    topUp { status paidOn bankReference } errors { field code message } } }"""
TOP_UPS = "query($c: ID) { topUps(first: 10, companyId: $c) { totalCount edges { node { id } } } }"


@pytest.fixture
def company():
    return factories.company()


@pytest.fixture
def manager(company):
    return factories.manager(company)


def asked(company, amount="100.00", method="BANK_TRANSFER", key="key-1"):
    return {"c": to_global("Company", company.pk), "a": amount, "m": method, "k": key}


def confirmed(top_up, on="2026-01-05", reference="CRO 1"):
    return {"id": to_global("TopUp", top_up.pk), "on": on, "ref": reference}


def test_a_bank_transfer_is_asked_for_with_a_text_to_write_on_it(api, company, manager):
    answer = api.data(CREATE, asked(company), user=manager)["companyTopUpCreate"]
    assert answer["errors"] == []
    assert answer["topUp"]["status"] == "PENDING"
    assert answer["topUp"]["amount"] == {"amount": 100.0, "currency": "EUR"}
    assert answer["topUp"]["bankTransferText"].startswith("WELFAREPIU 0")
    assert answer["clientSecret"] is None
    assert factories.budget(company) == 0


def test_the_same_key_is_the_same_top_up(api, company, manager):
    first = api.data(CREATE, asked(company), user=manager)
    assert api.data(CREATE, asked(company), user=manager) == first
    assert TopUp.objects.count() == 1


@pytest.mark.parametrize("other", [{"amount": "100.01"}, {"method": "CARD"}])
def test_the_same_key_for_something_else_is_refused(api, company, manager, other):
    api.data(CREATE, asked(company), user=manager)
    assert api.refused(CREATE, asked(company, **other), user=manager) == ["IDEMPOTENCY_CONFLICT"]
    assert TopUp.objects.count() == 1


def test_two_companies_may_use_one_key(api, company, manager):
    other = factories.company()
    api.data(CREATE, asked(company), user=manager)
    api.data(CREATE, asked(other), user=factories.manager(other))
    assert TopUp.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount": "0"}, "INVALID_AMOUNT"),
        ({"amount": "-5"}, "INVALID_AMOUNT"),
        ({"amount": "1.001"}, "INVALID_AMOUNT"),
        ({"amount": "NaN"}, NOT_A_NUMBER),
        ({"amount": "1e20"}, "INVALID_AMOUNT"),
        ({"amount": "0.49", "method": "CARD"}, "AMOUNT_OUT_OF_RANGE"),
        ({"amount": "1000000", "method": "SEPA"}, "AMOUNT_OUT_OF_RANGE"),
        ({"key": " "}, "INVALID_IDEMPOTENCY_KEY"),
        ({"key": "k" * 65}, "INVALID_IDEMPOTENCY_KEY"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(api, company, manager, wrong, code):
    assert api.refused(CREATE, asked(company, **wrong), user=manager) == [code]
    assert not TopUp.objects.exists()


def test_only_a_manager_of_the_company_asks(api, company):
    others = factories.manager(factories.company())
    employee = factories.employment(company).user
    assert api.refused(CREATE, asked(company)) == ["NOT_SIGNED_IN"]
    for user in (others, employee, factories.operator()):
        assert api.refused(CREATE, asked(company), user=user) == ["PERMISSION_DENIED"]
    wrong_id = asked(company) | {"c": to_global("User", company.pk)}
    assert api.refused(CREATE, wrong_id, user=others) == ["INVALID_ID"]
    assert not TopUp.objects.exists()


def test_when_stripe_does_not_answer_the_top_up_waits_for_its_key(api, company, manager, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    request = asked(company, method="CARD")
    assert api.refused(CREATE, request, user=manager) == ["PAYMENT_SERVICE_UNAVAILABLE"]
    waiting = TopUp.objects.get()
    assert (waiting.status, waiting.payment_intent) == (TopUpStatus.PENDING, None)
    assert api.refused(CREATE, request, user=manager) == ["PAYMENT_SERVICE_UNAVAILABLE"]
    assert TopUp.objects.count() == 1


def test_the_service_asks_for_the_role_itself(company):
    with pytest.raises(Refusal, match="PERMISSION_DENIED"):
        top_up_create(
            actor=actor_of(factories.manager(factories.company())),
            company_id=company.pk,
            amount_cents=100,
            method=TopUpMethod.BANK_TRANSFER,
            idempotency_key="k",
        )


@pytest.fixture
def transfer(company, manager):
    return factories.top_up(
        company, method=TopUpMethod.BANK_TRANSFER, payment_intent=None, requested_by=manager
    )


def test_an_operator_confirms_a_transfer_once(api, company, transfer):
    operator = factories.operator()
    answer = api.data(CONFIRM, confirmed(transfer), user=operator)["companyTopUpConfirm"]
    assert answer == {
        "errors": [],
        "topUp": {"status": "SUCCEEDED", "paidOn": "2026-01-05", "bankReference": "CRO 1"},
    }
    assert factories.budget(company) == transfer.amount_cents
    again = api.refused(CONFIRM, confirmed(transfer), user=operator)
    assert again == ["TOP_UP_NOT_WAITING"]
    assert factories.budget(company) == transfer.amount_cents


def test_one_transfer_counts_for_one_top_up(api, company, transfer):
    other = factories.top_up(company, method=TopUpMethod.BANK_TRANSFER, payment_intent=None)
    operator = factories.operator()
    api.data(CONFIRM, confirmed(transfer), user=operator)
    assert api.refused(CONFIRM, confirmed(other), user=operator) == ["BANK_REFERENCE_USED"]
    assert factories.budget(company) == transfer.amount_cents


def test_who_asked_does_not_confirm(api, company, transfer, manager):
    operator = factories.operator()
    factories.member(operator.memberships.get().organisation, Role.OPERATOR, manager)
    assert api.refused(CONFIRM, confirmed(transfer), user=manager) == ["SAME_PERSON"]
    assert factories.budget(company) == 0


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"on": (date.today() + timedelta(days=2)).isoformat()}, "INVALID_DATE"),
        ({"reference": "  "}, "BANK_REFERENCE_REQUIRED"),
        ({"reference": "x" * 141}, "BANK_REFERENCE_REQUIRED"),
    ],
)
def test_what_is_not_a_confirmation_is_refused(api, company, transfer, wrong, code):
    request = confirmed(transfer, **wrong)
    assert api.refused(CONFIRM, request, user=factories.operator()) == [code]
    assert factories.budget(company) == 0


def test_only_an_operator_confirms_and_only_bank_transfers(api, company, transfer, manager):
    assert api.refused(CONFIRM, confirmed(transfer)) == ["NOT_SIGNED_IN"]
    assert api.refused(CONFIRM, confirmed(transfer), user=manager) == ["PERMISSION_DENIED"]
    operator = factories.operator()
    card = factories.top_up(company)
    assert api.refused(CONFIRM, confirmed(card), user=operator) == ["NOT_A_BANK_TRANSFER"]
    unknown = confirmed(transfer) | {"id": to_global("TopUp", 10**12)}
    assert api.refused(CONFIRM, unknown, user=operator) == ["NOT_FOUND"]
    assert factories.budget(company) == 0


def test_a_manager_sees_the_top_ups_of_that_company_alone(api, company, manager, transfer):
    other = factories.company()
    factories.top_up(other)
    mine = api.data(TOP_UPS, user=manager)["topUps"]
    assert [edge["node"]["id"] for edge in mine["edges"]] == [to_global("TopUp", transfer.pk)]
    theirs = {"c": to_global("Company", other.pk)}
    assert api.data(TOP_UPS, theirs, user=manager)["topUps"]["totalCount"] == 0
    assert api.data(TOP_UPS, user=factories.operator())["topUps"]["totalCount"] == 2
    assert api.refused(TOP_UPS, user=factories.employment(company).user) == ["PERMISSION_DENIED"]
    assert api.refused(TOP_UPS) == ["NOT_SIGNED_IN"]


def test_only_an_operator_sees_findings(api, manager):
    query = "{ topUpFindings(first: 1) { totalCount } }"
    assert api.refused(query, user=manager) == ["PERMISSION_DENIED"]
    assert api.data(query, user=factories.operator())["topUpFindings"]["totalCount"] == 0


def aged(top_up, **age):
    TopUp.objects.filter(pk=top_up.pk).update(created_at=timezone.now() - timedelta(**age))
    return top_up


def test_stripe_is_asked_about_what_waits_and_is_neither_new_nor_forgotten(company, transfer):
    aged(transfer, hours=1)
    factories.top_up(company)
    aged(factories.top_up(company), days=61)
    aged(factories.top_up(company, status=TopUpStatus.FAILED), hours=1)
    waits = aged(factories.top_up(company), hours=1)
    processing = aged(factories.top_up(company, status=TopUpStatus.PROCESSING), hours=1)
    assert selectors.top_ups_to_refresh() == [waits.pk, processing.pk]


def test_a_top_up_that_never_reached_stripe_is_cancelled_after_a_day(company):
    young = aged(factories.top_up(company, payment_intent=None), hours=22)
    old = aged(factories.top_up(company, payment_intent=None), hours=24)
    assert top_up_refresh(top_up_id=young.pk).status == TopUpStatus.PENDING
    assert top_up_refresh(top_up_id=old.pk).status == TopUpStatus.CANCELLED


REFRESH = """mutation($id: ID!) { companyTopUpRefresh(id: $id) {
  topUp { status } errors { code } } }"""


def test_only_who_sees_a_top_up_has_it_refreshed(api, company, manager, transfer):
    request = {"id": to_global("TopUp", transfer.pk)}
    for user in (manager, factories.operator()):
        answer = api.data(REFRESH, request, user=user)["companyTopUpRefresh"]
        assert answer == {"topUp": {"status": "PENDING"}, "errors": []}
    other = factories.manager(factories.company())
    assert api.refused(REFRESH, request, user=other) == ["NOT_FOUND"]
    employee = factories.employment(company).user
    assert api.refused(REFRESH, request, user=employee) == ["PERMISSION_DENIED"]
    assert api.refused(REFRESH, request) == ["NOT_SIGNED_IN"]
