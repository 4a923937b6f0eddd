"""Credit for employees: all of an action or none of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.api.entities import to_global
from marketplace.companies.models import Allocation, AllocationLine, StaffCategory
from marketplace.companies.services.allocations import (
    CreditLine,
    credit_allocate,
    credit_allocate_equally,
)
from marketplace.ledger.models import Transfer
from marketplace.ledger.selectors import balance
from marketplace.people.actor import actor_of
from marketplace.refusals import Refusal, Refusals
from tests.companies import factories
from tests.engine.installed import NOT_A_NUMBER

pytestmark = pytest.mark.django_db

ALLOCATE = """mutation($p: ID!, $lines: [CreditLineInput!], $each: Decimal, $s: ID, $k: String!) {
  creditAllocate(planId: $p, lines: $lines, amountEach: $each, staffCategoryId: $s,
                 idempotencyKey: $k) {
    allocation { id count total { amount } expiresOn
      lines(first: 10) { edges { node { amount { amount } employment { email } } } } }
    errors { field code message line } } }"""
ALLOCATIONS = """query($c: ID) { allocations(first: 10, companyId: $c) { totalCount edges { node {
  plan { name categories { code } company { name staffCategories { name } } } count } } } }"""


@pytest.fixture
def company():
    company = factories.company()
    factories.paid_in(company, 1000_00)
    return company


@pytest.fixture
def manager(company):
    return factories.manager(company)


@pytest.fixture
def plan(company):
    return factories.plan(company, credit_months=6)


def asked(plan, *lines, key="key-1", **others):
    return {
        "p": to_global("WelfarePlan", plan.pk),
        "k": key,
        "lines": [
            {"employmentId": to_global("Employment", employment.pk), "amount": amount}
            for employment, amount in lines
        ]
        or None,
        **others,
    }


def nothing_given(company) -> bool:
    return factories.budget(company) == 1000_00 and not Allocation.objects.exists()


def test_each_gets_a_lot_of_credit_out_of_the_budget(api, company, manager, plan):
    anna, bruno = factories.employment(company), factories.employment(company)
    request = asked(plan, (anna, "100.00"), (bruno, "50.50"))
    answer = api.data(ALLOCATE, request, user=manager)["creditAllocate"]
    assert answer["errors"] == []
    made = answer["allocation"]
    assert (made["count"], made["total"]["amount"]) == (2, 150.5)
    six_months = timezone.localdate() + relativedelta(months=6)
    assert made["expiresOn"] == six_months.isoformat()
    assert [
        (edge["node"]["employment"]["email"], edge["node"]["amount"]["amount"])
        for edge in made["lines"]["edges"]
    ] == [(anna.user.email, 100.0), (bruno.user.email, 50.5)]
    assert factories.budget(company) == 849_50
    lots = AllocationLine.objects.order_by("pk").values_list("lot_account_id", flat=True)
    assert [balance(lot) for lot in lots] == [100_00, 50_50]


def test_the_same_key_gives_once(api, company, manager, plan):
    anna = factories.employment(company)
    request = asked(plan, (anna, "100.00"))
    first = api.data(ALLOCATE, request, user=manager)
    assert api.data(ALLOCATE, request, user=manager) == first
    assert factories.budget(company) == 900_00
    other = asked(plan, (anna, "100.01"))
    assert api.refused(ALLOCATE, other, user=manager) == ["IDEMPOTENCY_CONFLICT"]
    other_plan = asked(factories.plan(company), (anna, "100.00"))
    assert api.refused(ALLOCATE, other_plan, user=manager) == ["IDEMPOTENCY_CONFLICT"]
    assert factories.budget(company) == 900_00


def test_everybody_of_a_category_gets_the_same(api, company, manager, plan):
    workers = StaffCategory.objects.create(company=company, name="Operai")
    first = [factories.employment(company, staff_category=workers) for _ in range(2)]
    factories.employment(company)
    factories.employment(company, staff_category=workers, until=date(2024, 12, 31))
    request = asked(plan, each="10", s=to_global("StaffCategory", workers.pk))
    made = api.data(ALLOCATE, request, user=manager)["creditAllocate"]["allocation"]
    emails = [edge["node"]["employment"]["email"] for edge in made["lines"]["edges"]]
    assert emails == [employment.user.email for employment in first]
    factories.employment(company, staff_category=workers)
    again = api.data(ALLOCATE, request, user=manager)["creditAllocate"]["allocation"]
    assert (again["id"], again["count"]) == (made["id"], 2)
    assert factories.budget(company) == 980_00


def test_a_plan_for_a_category_gives_to_that_category_alone(company, manager):
    workers = StaffCategory.objects.create(company=company, name="Operai")
    plan = factories.plan(company, staff_category=workers)
    inside = factories.employment(company, staff_category=workers)
    outside = factories.employment(company)
    given = {"actor": actor_of(manager), "plan_id": plan.pk, "idempotency_key": "k"}
    with pytest.raises(Refusal, match="EMPLOYMENT_NOT_IN_PLAN"):
        credit_allocate(**given, lines=[CreditLine(outside.pk, 100)])
    made = credit_allocate_equally(**given, staff_category_id=None, cents_each=100)
    assert [line.employment for line in made.lines.all()] == [inside]


def test_each_bad_line_is_named_and_nothing_is_given(api, company, manager, plan):
    good, gone = factories.employment(company), factories.employment(company)
    gone.until = date(2025, 1, 1)
    gone.save()
    not_yet = factories.employment(company, since=timezone.localdate() + timedelta(days=1))
    stranger = factories.employment(factories.company())
    request = asked(
        plan, (good, "1"), (gone, "1"), (good, "1"), (stranger, "1"), (not_yet, "1"),
    )  # fmt: skip
    answer = api.data(ALLOCATE, request, user=manager)["creditAllocate"]
    assert answer["allocation"] is None
    assert [(error["line"], error["code"]) for error in answer["errors"]] == [
        (2, "EMPLOYMENT_NOT_IN_FORCE"),
        (3, "EMPLOYMENT_TWICE"),
        (4, "EMPLOYMENT_NOT_FOUND"),
        (5, "EMPLOYMENT_NOT_IN_FORCE"),
    ]
    assert answer["errors"][0]["message"].startswith("Line 2: ")
    assert nothing_given(company)


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1e15"])
def test_an_amount_that_is_none_is_refused_by_its_line(api, company, manager, plan, amount):
    anna, bruno = factories.employment(company), factories.employment(company)
    request = asked(plan, (anna, "1"), (bruno, amount))
    errors = api.data(ALLOCATE, request, user=manager)["creditAllocate"]["errors"]
    assert [(error["line"], error["code"]) for error in errors] == [(2, "INVALID_AMOUNT")]
    assert nothing_given(company)


def test_what_is_no_number_is_refused(api, company, manager, plan):
    request = asked(plan, (factories.employment(company), "NaN"))
    assert api.refused(ALLOCATE, request, user=manager) == [NOT_A_NUMBER]
    assert nothing_given(company)


def test_the_budget_must_cover_all_of_it(api, company, manager, plan):
    anna, bruno = factories.employment(company), factories.employment(company)
    request = asked(plan, (anna, "600"), (bruno, "600"))
    errors = api.data(ALLOCATE, request, user=manager)["creditAllocate"]["errors"]
    assert [error["code"] for error in errors] == ["INSUFFICIENT_FUNDS"]
    assert "€1,000.00" in errors[0]["message"]
    assert "€1,200.00" in errors[0]["message"]
    assert nothing_given(company)
    factories.paid_in(company, 200_00)
    assert api.data(ALLOCATE, request, user=manager)["creditAllocate"]["errors"] == []
    assert factories.budget(company) == 0


@pytest.mark.parametrize(
    "terms", [{"valid_until": date(2025, 1, 1)}, {"valid_from": date(2100, 1, 1)}]
)
def test_a_plan_that_is_not_in_force_gives_nothing(api, company, manager, terms):
    plan = factories.plan(company, **terms)
    request = asked(plan, (factories.employment(company), "1"))
    assert api.refused(ALLOCATE, request, user=manager) == ["PLAN_NOT_IN_FORCE"]
    assert nothing_given(company)


@pytest.mark.parametrize(
    ("others", "code"),
    [
        ({}, "LINES_OR_AMOUNT"),
        ({"lines": [], "each": "1"}, "LINES_OR_AMOUNT"),
        ({"lines": []}, "NO_LINES"),
        ({"each": "1"}, "NO_LINES"),
        ({"each": "0"}, "INVALID_AMOUNT"),
        ({"each": "1", "s": "nonsense"}, "INVALID_ID"),
        ({"p": "nonsense", "each": "1"}, "INVALID_ID"),
        ({"each": "1", "key": ""}, "INVALID_IDEMPOTENCY_KEY"),
    ],
)
def test_what_is_no_allocation_is_refused(api, company, manager, plan, others, code):
    assert api.refused(ALLOCATE, asked(plan, **others), user=manager) == [code]
    assert nothing_given(company)


def test_only_a_manager_of_the_plans_company_gives(api, company, plan):
    anna = factories.employment(company)
    request = asked(plan, (anna, "1"))
    assert api.refused(ALLOCATE, request) == ["NOT_SIGNED_IN"]
    for user in (anna.user, factories.operator()):
        assert api.refused(ALLOCATE, request, user=user) == ["PERMISSION_DENIED"]
    other = factories.manager(factories.company())
    assert api.refused(ALLOCATE, request, user=other) == ["NOT_FOUND"]
    assert nothing_given(company)


def test_a_manager_sees_the_companys_allocations_alone(api, company, manager, plan):
    anna = factories.employment(company)
    api.data(ALLOCATE, asked(plan, (anna, "1")), user=manager)
    seen = api.data(ALLOCATIONS, user=manager)["allocations"]
    assert seen["totalCount"] == 1
    node = seen["edges"][0]["node"]
    assert node["plan"]["categories"] == [{"code": "f"}, {"code": "f-bis"}]
    other = factories.manager(factories.company())
    assert api.data(ALLOCATIONS, user=other)["allocations"]["totalCount"] == 0
    mine = {"c": to_global("Company", company.pk)}
    assert api.data(ALLOCATIONS, mine, user=other)["allocations"]["totalCount"] == 0
    assert api.refused(ALLOCATIONS, user=anna.user) == ["PERMISSION_DENIED"]
    assert api.refused(ALLOCATIONS) == ["NOT_SIGNED_IN"]


def test_a_longer_list_costs_what_a_short_one_does(api, company, manager):
    def give():
        plan = factories.plan(company)
        line = CreditLine(factories.employment(company).pk, 1)
        credit_allocate(
            actor=actor_of(manager), plan_id=plan.pk, lines=[line], idempotency_key=f"{plan.pk}"
        )

    give()
    one = api.cost(ALLOCATIONS, user=manager)
    for _ in range(4):
        give()
    assert api.cost(ALLOCATIONS, user=manager) == one


def test_two_thousand_get_credit_in_one_transfer_and_few_statements(company, manager, plan):
    from django.contrib.auth import get_user_model

    from marketplace.companies.models import Employment

    users = get_user_model().objects.bulk_create(
        get_user_model()(email=f"worker{n}@example.com") for n in range(2_000)
    )
    staff = Employment.objects.bulk_create(
        Employment(user=user, company=company, since=factories.SINCE) for user in users
    )
    factories.paid_in(company, 2_000 * 100)
    before = Transfer.objects.count()
    with CaptureQueriesContext(connection) as captured:
        made = credit_allocate(
            actor=actor_of(manager),
            plan_id=plan.pk,
            lines=[CreditLine(employment.pk, 100) for employment in staff],
            idempotency_key="all",
        )
    assert (made.count, made.lines.count()) == (2_000, 2_000)
    assert len(captured) < 30
    assert Transfer.objects.count() == before + 1
    assert factories.budget(company) == 1000_00


def test_more_than_five_thousand_at_once_are_refused(company, manager, plan):
    lines = [CreditLine(n, 1) for n in range(5_001)]
    with pytest.raises(Refusal, match="TOO_MANY_LINES") as refused:
        credit_allocate(actor=actor_of(manager), plan_id=plan.pk, lines=lines, idempotency_key="k")
    assert not isinstance(refused.value, Refusals)
