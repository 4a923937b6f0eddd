"""Yearly limits of a plan per benefit category: who sets them, from when they hold."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from marketplace.api.entities import to_global
from marketplace.companies.models import PlanBudget
from marketplace.companies.selectors import limits_in_force, plan_budgets
from tests.companies import factories

pytestmark = pytest.mark.django_db

SET = """mutation($plan: ID!, $category: String!, $limit: Decimal, $from: Date) {
  planBudgetSet(planId: $plan, category: $category, limit: $limit, validFrom: $from) {
    plan { budgets { category { code } limit { amount currency } validFrom validUntil } }
    errors { code field message } } }"""
TODAY = timezone.localdate()


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.fixture
def plan():
    return factories.plan(factories.company())


@pytest.fixture
def manager(plan):
    return factories.manager(plan.company)


def given(plan, category="f", **more):
    return {"plan": to_global("WelfarePlan", plan.pk), "category": category, **more}


def codes(payload) -> list[str]:
    return [error["code"] for error in payload["errors"]]


def limits(plan, on=TODAY):
    return limits_in_force([plan.pk], on).get(plan.pk, {})


def test_the_manager_sets_a_limit_that_holds_from_today(api, plan, manager):
    answer = api.data(SET, given(plan, limit="500.00"), user=manager)["planBudgetSet"]
    assert answer["errors"] == []
    assert answer["plan"]["budgets"] == [
        {
            "category": {"code": "f"},
            "limit": {"amount": 500.0, "currency": "EUR"},
            "validFrom": TODAY.isoformat(),
            "validUntil": None,
        }
    ]
    assert limits(plan) == {"f": 50_000}
    assert limits(plan, in_days(-1)) == {}


def test_the_next_limit_takes_over_on_its_day(api, plan, manager):
    for limit, days in (("500.00", 0), ("800.00", 40), ("700.00", 20)):
        wanted = given(plan, limit=limit, **{"from": in_days(days).isoformat()})
        answer = api.data(SET, wanted, user=manager)["planBudgetSet"]
        assert answer["errors"] == []
    periods = [(one["validFrom"], one["validUntil"]) for one in answer["plan"]["budgets"]]
    assert periods == [
        (TODAY.isoformat(), in_days(19).isoformat()),
        (in_days(20).isoformat(), in_days(39).isoformat()),
        (in_days(40).isoformat(), None),
    ]
    assert [limits(plan, in_days(days))["f"] for days in (0, 19, 20, 39, 40)] == [
        50_000,
        50_000,
        70_000,
        70_000,
        80_000,
    ]


def test_without_an_amount_the_limit_is_gone_from_that_day(api, plan, manager):
    api.data(SET, given(plan, limit="500.00"), user=manager)
    gone = given(plan, limit=None, **{"from": in_days(5).isoformat()})
    answer = api.data(SET, gone, user=manager)["planBudgetSet"]
    assert [one["validUntil"] for one in answer["plan"]["budgets"]] == [in_days(4).isoformat()]
    assert (limits(plan, in_days(4)), limits(plan, in_days(5))) == ({"f": 50_000}, {})


def test_what_another_row_has_taken_the_place_of_is_not_shown(plan):
    for days, cents in ((-400, 1), (-30, 2), (-10, None), (-3, 4)):
        PlanBudget.objects.create(
            plan=plan, category_id="f", limit_cents=cents, valid_from=in_days(days)
        )
    PlanBudget.objects.create(plan=plan, category_id="f-bis", limit_cents=9, valid_from=in_days(-1))
    shown = [(one.category_id, one.limit_cents) for one in plan_budgets([plan.pk])[plan.pk]]
    assert shown == [("f", 4), ("f-bis", 9)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"limit": "-1.00"}, "INVALID_AMOUNT"),
        ({"limit": "1.001"}, "INVALID_AMOUNT"),
        ({"from": in_days(-1).isoformat(), "limit": "1.00"}, "INVALID_DATE"),
        ({"category": "z", "limit": "1.00"}, "CATEGORY_OUTSIDE_PLAN"),
        ({"category": "f-quater", "limit": "1.00"}, "CATEGORY_OUTSIDE_PLAN"),
        ({"plan": to_global("WelfarePlan", 999_999), "limit": "1.00"}, "NOT_FOUND"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_changes(api, plan, manager, change, code):
    answer = api.data(SET, {**given(plan), **change}, user=manager)["planBudgetSet"]
    assert codes(answer) == [code]
    assert not PlanBudget.objects.exists()


def test_another_companys_manager_finds_no_such_plan(api, plan):
    stranger = factories.manager(factories.company())
    answer = api.data(SET, given(plan, limit="1.00"), user=stranger)["planBudgetSet"]
    assert codes(answer) == ["NOT_FOUND"]


def test_the_limit_of_a_category_that_the_plan_no_longer_pays_can_be_taken_away(api, plan, manager):
    api.data(SET, given(plan, limit="500.00"), user=manager)
    plan.categories.remove("f")
    for limit, found in ((None, []), ("1.00", ["CATEGORY_OUTSIDE_PLAN"])):
        answer = api.data(SET, given(plan, limit=limit), user=manager)["planBudgetSet"]
        assert codes(answer) == found
    assert limits(plan) == {}
