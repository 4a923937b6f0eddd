"""Plans, benefit categories and budgets, through the API."""

from __future__ import annotations

import pytest

from marketplace.api.entities import to_global
from marketplace.companies.models import BenefitCategory, StaffCategory, WelfarePlan
from tests.companies import factories

pytestmark = pytest.mark.django_db

FIELDS = """plan { id name source sourceReference categories { code } creditMonths refundGraceDays
  lapseTo validFrom validUntil inForce staffCategory { name } } errors { field code message }"""
CREATE = (
    f"mutation($c: ID!, $i: PlanInput!) {{ planCreate(companyId: $c, input: $i) {{{FIELDS}}} }}"
)
UPDATE = f"mutation($id: ID!, $i: PlanInput!) {{ planUpdate(id: $id, input: $i) {{{FIELDS}}} }}"
PLANS = "query($c: ID) { welfarePlans(first: 10, companyId: $c) { edges { node { name } } } }"
CATEGORIES = "{ benefitCategories { code name legalSource note validFrom validUntil } }"
BUDGET = """query($c: ID!) { budget(companyId: $c) { company { name } balance { amount }
  movements(first: 10) { edges { node { kind amount { amount } balance { amount } } } } } }"""

TERMS = {
    "name": "Welfare 2026",
    "source": "COMPANY_REGULATION",
    "sourceReference": "Regolamento aziendale del 1.1.2026",
    "categories": ["f-bis", "d-bis"],
    "validFrom": "2026-01-01",
}


@pytest.fixture
def company():
    return factories.company()


@pytest.fixture
def manager(company):
    return factories.manager(company)


def made(company, **terms):
    return {"c": to_global("Company", company.pk), "i": {**TERMS, **terms}}


def test_a_plan_has_the_terms_it_was_given_and_defaults(api, company, manager):
    answer = api.data(CREATE, made(company), user=manager)["planCreate"]
    assert answer["errors"] == []
    plan = answer["plan"]
    assert plan.pop("id")
    assert plan == {
        **TERMS,
        "categories": [{"code": "f-bis"}, {"code": "d-bis"}],
        "creditMonths": 12,
        "refundGraceDays": 30,
        "lapseTo": "COMPANY_BUDGET",
        "validUntil": None,
        "inForce": True,
        "staffCategory": None,
    }


def test_an_operator_may_and_a_change_leaves_the_rest(api, company, manager):
    operator = factories.operator()
    plan = api.data(CREATE, made(company), user=operator)["planCreate"]["plan"]
    change = {"categories": ["c3"], "validUntil": "2026-12-31", "lapseTo": "FUND"}
    for user in (manager, operator):
        answer = api.data(UPDATE, {"id": plan["id"], "i": change}, user=user)["planUpdate"]
        expected = {**plan, **change, "categories": [{"code": "c3"}]}
        assert answer == {"plan": expected, "errors": []}
    open_again = {"id": plan["id"], "i": {"validUntil": None, "name": None}}
    answer = api.data(UPDATE, open_again, user=manager)["planUpdate"]["plan"]
    assert (answer["validUntil"], answer["name"]) == (None, plan["name"])


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"name": " "}, "INVALID_NAME"),
        ({"name": "x" * 121}, "INVALID_NAME"),
        ({"name": "Taken"}, "PLAN_NAME_TAKEN"),
        ({"source": None}, "PLAN_SOURCE_REQUIRED"),
        ({"sourceReference": " "}, "PLAN_SOURCE_REQUIRED"),
        ({"categories": []}, "NO_BENEFIT_CATEGORY"),
        ({"categories": ["f", "z"]}, "UNKNOWN_BENEFIT_CATEGORY"),
        ({"categories": ["c3-bis"]}, "UNKNOWN_BENEFIT_CATEGORY"),
        ({"validFrom": None}, "INVALID_DATE"),
        ({"validUntil": "2025-12-31"}, "INVALID_DATE"),
        ({"creditMonths": 0}, "INVALID_VALIDITY"),
        ({"creditMonths": 61}, "INVALID_VALIDITY"),
        ({"refundGraceDays": -1}, "INVALID_VALIDITY"),
        ({"staffCategoryId": "theirs"}, "STAFF_CATEGORY_NOT_FOUND"),
        ({"staffCategoryId": "nonsense"}, "INVALID_ID"),
    ],
)
def test_terms_that_cannot_be_are_refused(api, company, manager, terms, code):
    factories.plan(company, name="Taken")
    # A letter that the law has taken away.
    BenefitCategory.objects.filter(code="c3-bis").update(valid_until="2025-12-31")
    if terms.get("staffCategoryId") == "theirs":
        theirs = StaffCategory.objects.create(company=factories.company(), name="Altri")
        terms = {"staffCategoryId": to_global("StaffCategory", theirs.pk)}
    assert api.refused(CREATE, made(company, **terms), user=manager) == [code]
    assert WelfarePlan.objects.count() == 1


def test_a_letter_taken_away_stays_in_the_plans_that_have_it(api, company, manager):
    plan = factories.plan(company, "c3-bis")
    BenefitCategory.objects.filter(code="c3-bis").update(valid_until="2025-12-31")
    change = {"id": to_global("WelfarePlan", plan.pk), "i": {"name": "Altro"}}
    assert api.refused(UPDATE, change, user=manager) == []


def test_only_the_companys_managers_and_the_operator_write_plans(api, company):
    plan = factories.plan(company, name="Welfare")
    change = {"id": to_global("WelfarePlan", plan.pk), "i": {"name": "Altro"}}
    other, employee = factories.manager(factories.company()), factories.employment(company).user
    for query, variables, to_other in (
        (CREATE, made(company), "PERMISSION_DENIED"),
        (UPDATE, change, "NOT_FOUND"),
    ):
        assert api.refused(query, variables) == ["NOT_SIGNED_IN"]
        assert api.refused(query, variables, user=employee) == ["PERMISSION_DENIED"]
        assert api.refused(query, variables, user=other) == [to_other]
    plan.refresh_from_db()
    assert plan.name == "Welfare"
    assert WelfarePlan.objects.count() == 1


def test_plans_are_shown_to_who_manages_or_works_there(api, company, manager):
    factories.plan(company, name="Ours")
    other = factories.company()
    factories.plan(other, name="Theirs")

    def seen(user, of=None):
        variables = {"c": to_global("Company", of.pk)} if of else {}
        edges = api.data(PLANS, variables, user=user)["welfarePlans"]["edges"]
        return [edge["node"]["name"] for edge in edges]

    assert seen(manager) == seen(factories.employment(company).user) == ["Ours"]
    assert seen(manager, other) == seen(factories.user()) == []
    assert seen(factories.operator()) == ["Ours", "Theirs"]
    assert api.refused(PLANS) == ["NOT_SIGNED_IN"]


def test_anybody_reads_the_categories_in_both_languages(api):
    english = api.data(CATEGORIES)["benefitCategories"]
    assert [one["code"] for one in english][:2] == ["f", "f-bis"]
    assert english[4]["name"] == "Public transport season tickets"
    italian = api.data(CATEGORIES, language="it")["benefitCategories"]
    assert italian[4]["name"] == "Abbonamenti al trasporto pubblico"


def test_a_budget_has_a_balance_and_its_movements(api, company, manager):
    factories.paid_in(company, 100_00)
    factories.paid_in(company, 50_00)
    request = {"c": to_global("Company", company.pk)}
    for user in (manager, factories.operator()):
        budget = api.data(BUDGET, request, user=user)["budget"]
        assert budget["balance"] == {"amount": 150.0}
        assert [edge["node"] for edge in budget["movements"]["edges"]] == [
            {"kind": "top_up", "amount": {"amount": 50.0}, "balance": {"amount": 150.0}},
            {"kind": "top_up", "amount": {"amount": 100.0}, "balance": {"amount": 100.0}},
        ]
    other = factories.manager(factories.company())
    assert api.refused(BUDGET, request, user=other) == ["NOT_FOUND"]
    employee = factories.employment(company).user
    assert api.refused(BUDGET, request, user=employee) == ["PERMISSION_DENIED"]
    assert api.refused(BUDGET, request) == ["NOT_SIGNED_IN"]
