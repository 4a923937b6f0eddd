"""Companies and their people: who is taken on, who leaves, who sees whom."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth import get_user_model

from marketplace.api.entities import to_global
from marketplace.companies.models import Employment, StaffCategory
from marketplace.companies.services import employments
from marketplace.people.models import Membership, Role
from tests.companies import factories
from tests.engine.installed import token_of

pytestmark = pytest.mark.django_db

CREATE = """mutation($c: ID!, $email: String!, $since: Date!, $first: String, $number: String,
                     $staff: ID, $comune: ID) {
  employmentCreate(companyId: $c, email: $email, since: $since, firstName: $first,
                   payrollNumber: $number, staffCategoryId: $staff, comuneId: $comune) {
    employment { id email firstName since until inForce payrollNumber staffCategory { name } }
    errors { field code message } } }"""
UPDATE = """mutation($id: ID!, $i: EmploymentInput!) { employmentUpdate(id: $id, input: $i) {
    employment { staffCategory { name } payrollNumber } errors { code } } }"""
END = """mutation($id: ID!, $until: Date!) { employmentEnd(id: $id, until: $until) {
  employment { until inForce } errors { field code message } } }"""
CATEGORY = """mutation($c: ID!, $name: String!) { staffCategoryCreate(companyId: $c, name: $name) {
  staffCategory { id name } errors { code } } }"""
EMPLOYMENTS = """query($c: ID) { employments(first: 50, companyId: $c) { totalCount edges { node {
  email company { name labourCost { amount } staffCategories { name } } comune { name } } } } }"""
COMPANY = "query($id: ID!) { company(id: $id) { id name labourCost { amount } } }"
MINE = "{ myCompany { id name labourCost { amount } } }"


@pytest.fixture
def company():
    company = factories.company("Falegnameria Sebina")
    company.labour_cost_cents = 1_000_000_00
    company.save()
    return company


@pytest.fixture
def manager(company):
    return factories.manager(company)


def hired(company, email="anna@example.com", since="2025-03-01", **others):
    return {"c": to_global("Company", company.pk), "email": email, "since": since, **others}


def test_somebody_new_is_taken_on(api, company, manager):
    staff = StaffCategory.objects.create(company=company, name="Operai")
    request = hired(
        company, first="Anna", number="0042", staff=to_global("StaffCategory", staff.pk)
    )
    answer = api.data(CREATE, request, user=manager)["employmentCreate"]
    assert answer["errors"] == []
    made = answer["employment"]
    assert made.pop("id")
    assert made == {
        "email": "anna@example.com",
        "firstName": "Anna",
        "since": "2025-03-01",
        "until": None,
        "inForce": True,
        "payrollNumber": "0042",
        "staffCategory": {"name": "Operai"},
    }
    anna = get_user_model().objects.get(email="anna@example.com")
    assert not anna.check_password("")
    member = Membership.objects.get(user=anna)
    assert (member.role, member.organisation_id) == (Role.EMPLOYEE, company.pk)


def test_somebody_with_a_role_already_keeps_name_and_password(api, company, manager):
    anna = get_user_model().objects.create_user("anna@example.com", "password", first_name="A.")
    factories.employment(factories.company("Where she worked before"), anna)
    Membership.objects.filter(user=anna).update(until=date(2024, 12, 31))
    request = hired(company, " Anna@Example.com ", first="Somebody else")
    made = api.data(CREATE, request, user=manager)["employmentCreate"]["employment"]
    assert made["firstName"] == "A."
    anna.refresh_from_db()
    assert anna.check_password("password")


def test_who_registered_in_somebody_elses_name_does_not_get_their_credit(api, company, manager):
    """An address is not proven by registering with it; only a letter to it is."""
    squatted = get_user_model().objects.create_user("anna@example.com", "mine", first_name="X")
    token = token_of(squatted)
    made = api.data(CREATE, hired(company, first="Anna"), user=manager)["employmentCreate"]
    assert made["errors"] == []
    assert made["employment"]["firstName"] == "Anna"
    squatted.refresh_from_db()
    assert not squatted.has_usable_password()
    assert api.refused(MINE, token=token) == ["TOKEN_EXPIRED"]


def test_twin_without_that_they_would(api, company, manager, monkeypatch):
    monkeypatch.setattr(employments, "account_claim", lambda _user: False)
    squatted = get_user_model().objects.create_user("anna@example.com", "mine")
    token = token_of(squatted)
    api.data(CREATE, hired(company), user=manager)
    squatted.refresh_from_db()
    assert squatted.check_password("mine")
    assert api.data(MINE, token=token)["myCompany"]["name"] == "Falegnameria Sebina"


@pytest.mark.parametrize(
    ("others", "code"),
    [
        ({"email": "nobody"}, "INVALID_EMAIL"),
        ({"email": ""}, "INVALID_EMAIL"),
        ({"number": "7"}, "PAYROLL_NUMBER_TAKEN"),
        ({"number": "7" * 33}, "INVALID_PAYROLL_NUMBER"),
        ({"staff": "theirs"}, "STAFF_CATEGORY_NOT_FOUND"),
        ({"staff": "nonsense"}, "INVALID_ID"),
        ({"comune": to_global("Comune", 10**9)}, "COMUNE_NOT_FOUND"),
        ({"email": "here@example.com"}, "ALREADY_EMPLOYED"),
        ({"email": "leaving@example.com", "since": "2099-12-31"}, "ALREADY_EMPLOYED"),
    ],
)
def test_what_cannot_be_is_refused(api, company, manager, others, code):
    theirs = StaffCategory.objects.create(company=factories.company(), name="Altri")
    factories.employment(company, factories.user("here@example.com"), payroll_number="7")
    leaving = factories.user("leaving@example.com")
    factories.employment(company, leaving, until=date(2099, 12, 31))
    if others.get("staff") == "theirs":
        others = {"staff": to_global("StaffCategory", theirs.pk)}
    before = get_user_model().objects.count(), Employment.objects.count()
    assert api.refused(CREATE, hired(company, **others), user=manager) == [code]
    assert (get_user_model().objects.count(), Employment.objects.count()) == before


def test_somebody_who_left_may_come_back(api, company, manager):
    anna = factories.user("anna@example.com")
    first = factories.employment(company, anna)
    end = {"id": to_global("Employment", first.pk), "until": "2025-02-28"}
    answer = api.data(END, end, user=manager)["employmentEnd"]
    assert answer == {"employment": {"until": "2025-02-28", "inForce": False}, "errors": []}
    assert Membership.objects.get(user=anna).until == date(2025, 2, 28)
    assert api.refused(MINE, user=anna) == []
    assert api.data(CREATE, hired(company), user=manager)["employmentCreate"]["errors"] == []
    assert Membership.objects.filter(user=anna, until__isnull=True).count() == 1


def test_a_last_day_is_said_once_and_not_before_the_first(api, company, manager):
    work = factories.employment(company)
    end = {"id": to_global("Employment", work.pk), "until": "2023-12-31"}
    assert api.refused(END, end, user=manager) == ["INVALID_DATE"]
    end["until"] = "2025-02-28"
    assert api.refused(END, end, user=manager) == []
    assert api.refused(END, end, user=manager) == []
    end["until"] = "2025-03-01"
    assert api.refused(END, end, user=manager) == ["EMPLOYMENT_ENDED"]


def test_what_is_not_given_stays_and_null_takes_away(api, company, manager):
    staff = StaffCategory.objects.create(company=company, name="Operai")
    work = factories.employment(company, payroll_number="1")
    factories.employment(company, payroll_number="2")
    gid = to_global("Employment", work.pk)

    def changed(**change):
        answer = api.data(UPDATE, {"id": gid, "i": change}, user=manager)["employmentUpdate"]
        assert answer["errors"] == []
        return answer["employment"]

    workers = {"name": "Operai"}
    staff_id = to_global("StaffCategory", staff.pk)
    assert changed(staffCategoryId=staff_id) == {"staffCategory": workers, "payrollNumber": "1"}
    assert changed(payrollNumber="3") == {"staffCategory": workers, "payrollNumber": "3"}
    assert changed(staffCategoryId=None) == {"staffCategory": None, "payrollNumber": "3"}
    taken = {"id": gid, "i": {"payrollNumber": "2"}}
    assert api.refused(UPDATE, taken, user=manager) == ["PAYROLL_NUMBER_TAKEN"]


def test_a_category_of_staff_is_made_once(api, company, manager):
    request = {"c": to_global("Company", company.pk), "name": " Impiegati "}
    first = api.data(CATEGORY, request, user=manager)
    assert first["staffCategoryCreate"]["staffCategory"]["name"] == "Impiegati"
    assert api.data(CATEGORY, request, user=manager) == first
    assert api.refused(CATEGORY, {**request, "name": " "}, user=manager) == ["INVALID_NAME"]


def test_only_a_manager_of_the_company_writes(api, company):
    work = factories.employment(company)
    gid = to_global("Employment", work.pk)
    other = factories.manager(factories.company())
    requests = [
        (CREATE, hired(company), "PERMISSION_DENIED"),
        (CATEGORY, {"c": to_global("Company", company.pk), "name": "X"}, "PERMISSION_DENIED"),
        (UPDATE, {"id": gid, "i": {"payrollNumber": "9"}}, "NOT_FOUND"),
        (END, {"id": gid, "until": "2025-01-01"}, "NOT_FOUND"),
    ]
    before = Employment.objects.count()
    for query, variables, to_other_manager in requests:
        assert api.refused(query, variables) == ["NOT_SIGNED_IN"]
        for user in (work.user, factories.operator()):
            assert api.refused(query, variables, user=user) == ["PERMISSION_DENIED"]
        assert api.refused(query, variables, user=other) == [to_other_manager]
    work.refresh_from_db()
    assert (work.payroll_number, work.until) == ("", None)
    assert Employment.objects.count() == before
    assert not StaffCategory.objects.exists()


def test_a_manager_sees_the_companys_people_and_an_employee_only_that_one(api, company, manager):
    anna, bruno = factories.employment(company), factories.employment(company)
    stranger = factories.employment(factories.company())

    def seen(user, of=None):
        variables = {"c": to_global("Company", of.pk)} if of else {}
        edges = api.data(EMPLOYMENTS, variables, user=user)["employments"]["edges"]
        return [edge["node"]["email"] for edge in edges]

    assert seen(manager) == [anna.user.email, bruno.user.email]
    assert seen(anna.user) == [anna.user.email]
    assert seen(manager, stranger.company) == []
    assert seen(factories.operator()) == []
    assert api.refused(EMPLOYMENTS) == ["NOT_SIGNED_IN"]


def test_the_cost_of_labour_is_for_managers(api, company, manager):
    anna = factories.employment(company).user
    mine = api.data(MINE, user=manager)["myCompany"]
    assert mine["labourCost"] == {"amount": 1_000_000.0}
    assert api.data(MINE, user=anna)["myCompany"] == {**mine, "labourCost": None}
    edges = api.data(EMPLOYMENTS, user=anna)["employments"]["edges"]
    assert edges[0]["node"]["company"]["labourCost"] is None
    assert api.data(MINE, user=factories.user())["myCompany"] is None
    assert api.refused(MINE) == ["NOT_SIGNED_IN"]


def test_a_company_is_shown_to_its_managers_and_the_operator(api, company, manager):
    request = {"id": to_global("Company", company.pk)}
    for user in (manager, factories.operator()):
        assert api.data(COMPANY, request, user=user)["company"]["name"] == "Falegnameria Sebina"
    other = factories.manager(factories.company())
    assert api.refused(COMPANY, request, user=other) == ["NOT_FOUND"]
    unknown = {"id": to_global("Company", 10**9)}
    assert api.refused(COMPANY, unknown, user=manager) == ["NOT_FOUND"]
    assert api.refused(COMPANY, {"id": "nonsense"}, user=manager) == ["INVALID_ID"]
    employee = factories.employment(company).user
    assert api.refused(COMPANY, request, user=employee) == ["PERMISSION_DENIED"]
    assert api.refused(COMPANY, request) == ["NOT_SIGNED_IN"]


def test_a_longer_list_costs_what_a_short_one_does(api, company, manager):
    factories.employment(company)
    one = api.cost(EMPLOYMENTS, user=manager)
    for _ in range(9):
        factories.employment(company)
    assert api.cost(EMPLOYMENTS, user=manager) == one
