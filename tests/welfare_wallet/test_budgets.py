"""Budgets per benefit category: enforced in both ways of buying, net of refunds, in one year."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.companies.models import PlanBudget
from marketplace.sales.models import Settlement
from marketplace.sales.reversals import Cause, order_reverse, provider_order_reverse
from marketplace.sales.spending import spent_by_category
from tests.companies import factories as companies
from tests.shopping import PURCHASE, give, purchase_input, variant
from tests.steps import Steps

pytestmark = pytest.mark.django_db

METERS = """{ myWallets { budgets { kind code name until
  limit { amount } spent { amount } left { amount } inCart { amount } } } }"""


def limit(town, code: str, cents: int | None, days_ago: int = 0) -> None:
    since = timezone.localdate() - timedelta(days=days_ago)
    PlanBudget.objects.create(plan=town.plan, category_id=code, limit_cents=cents, valid_from=since)


def buy(api, town, key, *lines, **more):
    wanted = purchase_input(key, *lines, **more)
    return api.data(PURCHASE, wanted, user=town.employee)["purchaseCreate"]


def codes(payload) -> list[tuple[str, int | None]]:
    return [(error["code"], error.get("line")) for error in payload["errors"]]


def spent(town) -> dict[str, int]:
    year = timezone.localdate().year
    return dict(spent_by_category([town.wallet_id], year)[town.wallet_id])


def test_the_budget_may_be_spent_to_the_cent_and_no_further(api, town):
    limit(town, "f", 2 * 850)
    assert buy(api, town, "up-to-the-cent", (town.honey, 2))["errors"] == []
    refused = buy(api, town, "one-too-many", (town.camp, 1), (town.honey, 1))
    assert codes(refused) == [("CATEGORY_BUDGET_EXCEEDED", 2)]
    assert spent(town) == {"f": 1700}


def test_the_refusal_says_category_limit_spent_and_left(api, town):
    limit(town, "f", 2000)
    buy(api, town, "the-first-one", (town.honey, 1))
    message = buy(api, town, "over-the-limit", (town.honey, 2))["errors"][0]["message"]
    for part in ("letter f)", "€20.00", "€8.50", "€11.50", "€17.00"):
        assert part in message


def test_each_category_is_named_with_the_line_that_goes_over(api, town):
    limit(town, "f", 1000)
    limit(town, "f-bis", 4000)
    other = variant(town.camps, "Club", 300, warehouse=town.warehouse)
    refused = buy(api, town, "two-at-once", (other, 1), (town.camp, 1), (town.honey, 1))
    assert codes(refused) == [("CATEGORY_BUDGET_EXCEEDED", 2), ("CATEGORY_BUDGET_EXCEEDED", 3)]


def test_delivery_belongs_to_no_category(api, town):
    limit(town, "f", 850)
    assert buy(api, town, "delivered-too", (town.honey, 1))["errors"] == []


def test_what_comes_back_may_be_spent_again(api, town):
    limit(town, "f", 1700)
    buy(api, town, "to-come-back", (town.honey, 2))
    order = Settlement.objects.get()
    order_reverse(order_id=order.order_id, cause=Cause("test"))
    assert spent(town)["f"] == 0
    assert buy(api, town, "spent-again", (town.honey, 2))["errors"] == []


def test_a_partial_refund_counts_back_for_the_parts_categories(api, town):
    club = variant(town.camps, "Club", 2500, warehouse=town.warehouse, is_service=True)
    buy(api, town, "two-categories", (town.camp, 1), (club, 1))
    from marketplace.providers.models import ProviderOrder

    part = ProviderOrder.objects.get()
    provider_order_reverse(
        provider_order_id=part.pk, cents=1000, key="part-of-it", cause=Cause("test")
    )
    # 1,000 cents over 5,000 and 2,500: 667 and 333.
    assert spent(town) == {"f-bis": 5000 - 667, "f": 2500 - 333}


def test_last_year_does_not_count(api, town):
    limit(town, "f", 850, days_ago=500)
    buy(api, town, "bought-last-year", (town.honey, 1))
    Settlement.objects.update(placed_at=timezone.now() - timedelta(days=366))
    assert buy(api, town, "bought-this-year", (town.honey, 1))["errors"] == []
    assert codes(buy(api, town, "and-once-more", (town.honey, 1))) == [
        ("CATEGORY_BUDGET_EXCEEDED", 1)
    ]


def test_a_limit_of_a_later_day_holds_nothing_back_today(api, town):
    limit(town, "f", 1, days_ago=-1)
    assert buy(api, town, "before-that-day", (town.honey, 1))["errors"] == []


def test_a_limit_taken_away_holds_nothing_back(api, town):
    limit(town, "f", 1, days_ago=10)
    limit(town, "f", None)
    assert buy(api, town, "no-limit-any-more", (town.honey, 1))["errors"] == []


def test_a_colleagues_spending_is_not_mine(api, town):
    limit(town, "f", 850)
    colleague = companies.employment(town.company).user
    give(town.company, town.plan, colleague, 5_000)
    assert buy(api, town, "mine-of-this-year", (town.honey, 1))["errors"] == []
    theirs = api.data(PURCHASE, purchase_input("theirs-too", (town.honey, 1)), user=colleague)
    assert theirs["purchaseCreate"]["errors"] == []


def test_saleors_steps_meet_the_same_limit_before_credit_is_set_aside(api, town):
    limit(town, "f", 1000)
    steps = Steps(api, town.employee)
    steps.create((town.honey, 2))
    steps.deliver(town.delivery)
    assert codes(steps.hold()) == [("CATEGORY_BUDGET_EXCEEDED", 1)]
    assert town.held_cents() == 0


def test_saleors_steps_meet_it_again_when_they_pay(api, town):
    """The budget was spent elsewhere after the hold was made: no order, nothing paid."""
    limit(town, "f", 2000)
    steps = Steps(api, town.employee)
    steps.ready((town.honey, 2), method=town.delivery)
    buy(api, town, "meanwhile-bought", (town.honey, 1))
    answer = steps.complete()
    assert answer["order"] is None
    assert [one["code"] for one in answer["welfareErrors"]] == ["CATEGORY_BUDGET_EXCEEDED"]
    assert spent(town) == {"f": 850}


def test_the_guard_stops_saleors_steps_where_the_gate_is_not_asked(api, town, monkeypatch):
    from marketplace.sales import extensions
    from plugins.welfare_wallet.budgets import budget_gate

    limit(town, "f", 1000)
    monkeypatch.setattr(
        extensions, "gates", [gate for gate in extensions.gates if gate is not budget_gate]
    )
    steps = Steps(api, town.employee)
    steps.ready((town.honey, 2), method=town.delivery)
    answer = steps.complete()
    assert answer["order"] is None
    assert [one["code"] for one in answer["welfareErrors"]] == ["CATEGORY_BUDGET_EXCEEDED"]
    assert spent(town) == {}


def test_an_employee_reads_each_budget(api, town):
    limit(town, "f-bis", 600_00)
    limit(town, "f", 100_00)
    buy(api, town, "something-of-f", (town.honey, 2))
    (wallet,) = api.data(METERS, user=town.employee)["myWallets"]
    shown = [
        (m["code"], m["limit"]["amount"], m["spent"]["amount"], m["left"]["amount"])
        for m in wallet["budgets"]
    ]
    assert shown == [("f", 100.0, 17.0, 83.0), ("f-bis", 600.0, 0.0, 600.0)]
    meter = wallet["budgets"][0]
    assert (meter["kind"], meter["inCart"]["amount"]) == ("category", 0.0)
    assert meter["until"] == f"{timezone.localdate().year}-12-31"


def test_a_lowered_limit_leaves_nothing_rather_than_less(api, town):
    buy(api, town, "before-it-was-lowered", (town.honey, 2))
    limit(town, "f", 1000)
    (wallet,) = api.data(METERS, user=town.employee)["myWallets"]
    (meter,) = wallet["budgets"]
    assert (meter["spent"]["amount"], meter["left"]["amount"]) == (17.0, 0.0)
