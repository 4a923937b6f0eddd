"""Purchases at the same time, with real commits: one order, one charge, no stock sold twice.

Each guard has a twin that takes it away and shows that the test would fail.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from marketplace.ledger.verification import verify
from marketplace.sales.models import Settlement
from tests import shopping
from tests.at_once import AT_ONCE, at_once
from tests.concurrency.crowd import complete, orders
from tests.engine.installed import nobody_waits_for_the_buyer
from tests.graphql_client import Api
from tests.shopping import PURCHASE, purchase_input, variant
from tests.steps import Steps


@pytest.fixture
def town(committed_db):
    return shopping.build(100_000)


def test_one_checkout_completed_by_many_at_once_is_one_order(town):
    steps = Steps(Api(), town.employee)
    steps.ready((town.honey, 2), (town.camp, 1), method=town.delivery)
    answers = at_once(lambda _n: complete(steps))
    assert {answer["order"]["id"] for answer in answers if answer["order"]}.__len__() == 1
    assert all(answer["order"] for answer in answers)
    assert orders() == Settlement.objects.count() == 1
    assert town.held_cents() == 0
    assert town.credit_left() == 100_000 - 1700 - 5000 - shopping.DELIVERY_CENTS
    assert verify() == []


def buy(town, key, *lines, **more) -> Any:
    answer = Api()(PURCHASE, purchase_input(key, *lines, **more), user=town.employee)
    return answer["data"]["purchaseCreate"]


def test_one_key_bought_by_many_at_once_is_one_order(town):
    answers = at_once(lambda _n: buy(town, "the-same-key", (town.honey, 1), (town.camp, 1)))
    assert [answer["errors"] for answer in answers] == [[]] * AT_ONCE
    assert len({answer["purchase"]["orderNumber"] for answer in answers}) == 1
    assert sorted(answer["replayed"] for answer in answers) == [False] + [True] * (AT_ONCE - 1)
    assert orders() == Settlement.objects.count() == 1
    assert verify() == []


def test_twin_without_the_ledgers_key_many_orders_are_paid(town, monkeypatch):
    """The same race with a new ledger key for each attempt: what the key prevents."""
    from itertools import count

    from marketplace.sales import services

    numbers = count()
    real = services.post
    monkeypatch.setattr(
        services, "post", lambda **given: real(**{**given, "key": f"none:{next(numbers)}"})
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX settlement_once_per_token")
    at_once(lambda _n: buy(town, "the-same-key", (town.honey, 1)))
    assert orders() > 1


def test_the_last_piece_is_sold_once(town):
    last = variant(town.dairy, "Last", 100, warehouse=town.warehouse, stock=1)
    answers = at_once(lambda n: buy(town, f"buyer-number-{n}", (last, 1)))
    codes = sorted(error["code"] for answer in answers for error in answer["errors"])
    assert codes == ["OUT_OF_STOCK"] * (AT_ONCE - 1)
    assert orders() == 1
    assert verify() == []


def test_twin_without_the_stock_lock_it_is_sold_more_than_once(town, monkeypatch):
    from saleor.warehouse.models import Stock

    manager = type(Stock.objects)
    monkeypatch.setattr(
        manager, "select_for_update", lambda self, **_given: self.get_queryset(), raising=False
    )
    for attempt in range(5):
        last = variant(town.dairy, f"Last {attempt}", 100, warehouse=town.warehouse, stock=1)
        before = orders()
        at_once(lambda n, a=attempt, one=last: buy(town, f"buyer-{a}-number-{n}", (one, 1)))
        if orders() - before > 1:
            return
    pytest.fail("the last piece was sold once in five attempts without the lock")


def test_carts_in_opposite_order_do_not_wait_for_each_other_for_ever(town):
    other = variant(town.camps, "Other", 100, warehouse=town.warehouse)
    carts = [((town.honey, 1), (other, 1)), ((other, 1), (town.honey, 1))]
    answers = at_once(lambda n: buy(town, f"opposite-{n}", *carts[n % 2]))
    assert [answer["errors"] for answer in answers] == [[]] * AT_ONCE


def test_credit_for_one_purchase_pays_one(town):
    from marketplace.ledger.selectors import wallet_balance

    price = 5000
    dear = variant(town.camps, "Dear", price, warehouse=town.warehouse, is_service=True)
    keep = wallet_balance(town.wallet_id).total_cents - price
    buy(town, "spend-the-rest", *[(dear, (keep // price))])
    answers = at_once(lambda n: buy(town, f"last-credit-{n}", (dear, 1)))
    codes = [error["code"] for answer in answers for error in answer["errors"]]
    assert codes == ["INSUFFICIENT_CREDIT"] * (AT_ONCE - 1)
    assert town.credit_left() == 0
    assert verify() == []


def test_refunds_at_once_never_exceed_the_payment(town):
    from marketplace.refusals import Refusal
    from marketplace.sales.reversals import Cause, order_reverse

    buy(town, "to-be-refunded", (town.camp, 1))
    order = Settlement.objects.get()

    def refund(_n: int) -> int:
        try:
            return order_reverse(order_id=order.order_id, cents=2000, cause=Cause("race"))
        except Refusal as refusal:
            return 0 if refusal.code == "REFUND_EXCEEDS_PAYMENT" else -1

    assert sorted(at_once(refund)) == [0] * (AT_ONCE - 2) + [2000, 2000]
    assert town.credit_left() == 100_000 - 5000 + 4000
    assert verify() == []


def limited(town, cents: int) -> None:
    from datetime import date

    from marketplace.companies.models import PlanBudget

    PlanBudget.objects.update_or_create(
        plan=town.plan,
        category_id="f-bis",
        valid_from=date(2020, 1, 1),
        defaults={"limit_cents": cents},
    )


def spent_on_camps(town) -> int:
    from django.utils import timezone

    from marketplace.sales.spending import spent_by_category

    return spent_by_category([town.wallet_id], timezone.localdate().year)[town.wallet_id]["f-bis"]


def many_camps(town) -> list[Any]:
    """An article for each buyer, so that no lock on a stock makes them wait for each other."""
    return [
        variant(town.camps, f"Camp {n}", 5000, warehouse=town.warehouse, code="f-bis")
        for n in range(AT_ONCE)
    ]


def overspent_at_once(town) -> bool:
    """Whether in five attempts more than the budget was spent."""
    camps = many_camps(town)
    for attempt in range(5):
        most = spent_on_camps(town) + 7_500
        limited(town, most)
        at_once(lambda n, a=attempt: buy(town, f"attempt-{a}-{n}", (camps[n], 1)))
        if spent_on_camps(town) > most:
            return True
    return False


def test_a_budget_for_one_purchase_lets_one_pass(town):
    limited(town, 7_500)
    camps = many_camps(town)
    answers = at_once(lambda n: buy(town, f"budget-race-{n}", (camps[n], 1)))
    codes = [error["code"] for answer in answers for error in answer["errors"]]
    assert codes == ["CATEGORY_BUDGET_EXCEEDED"] * (AT_ONCE - 1)
    assert spent_on_camps(town) == 5_000
    assert verify() == []


def test_twin_without_the_guard_the_budget_is_overspent(town, monkeypatch):
    from marketplace.sales import extensions

    monkeypatch.setattr(extensions, "guards", [])
    assert overspent_at_once(town)


def test_twin_a_guard_without_its_lock_lets_the_budget_be_overspent(town, monkeypatch):
    from plugins.welfare_wallet import budgets

    monkeypatch.setattr(budgets, "one_purchase_at_a_time", lambda _wallet_id: None)
    nobody_waits_for_the_buyer(monkeypatch)
    assert overspent_at_once(town)


def test_a_budget_holds_when_both_ways_of_buying_meet(town):
    limited(town, 7_500)
    steps = Steps(Api(), town.employee)
    steps.ready((town.camp, 1))
    camps = many_camps(town)

    def act(n: int) -> Any:
        return buy(town, f"both-ways-{n}", (camps[n], 1)) if n else complete(steps)

    at_once(act)
    assert spent_on_camps(town) == 5_000
    assert orders() == 1
    assert verify() == []


def test_the_last_piece_clicked_twice_is_bought_once_and_said_twice(town):
    last = variant(town.dairy, "Last of all", 100, warehouse=town.warehouse, stock=1)
    limited(town, 7_500)
    answers = at_once(lambda _n: buy(town, "clicked-twice", (last, 1), (town.camp, 1)))
    assert [answer["errors"] for answer in answers] == [[]] * AT_ONCE
    assert len({answer["purchase"]["orderNumber"] for answer in answers}) == 1
    assert orders() == 1


def test_twin_who_does_not_look_again_is_told_that_it_is_sold_out(town, monkeypatch):
    from plugins.welfare_wallet import purchases

    real = purchases.purchase_earlier
    seen: dict[int, int] = {}

    def once(user_id: int, request: Any) -> Any:
        from threading import get_ident

        seen[get_ident()] = seen.get(get_ident(), 0) + 1
        return real(user_id, request) if seen[get_ident()] == 1 else None

    monkeypatch.setattr(purchases, "purchase_earlier", once)
    for attempt in range(5):
        seen.clear()
        last = variant(town.dairy, f"Last {attempt}", 100, warehouse=town.warehouse, stock=1)
        answers = at_once(lambda _n, a=attempt, one=last: buy(town, f"twice-{a}", (one, 1)))
        if any(answer["errors"] for answer in answers):
            return
    pytest.fail("nobody was told that their own piece is sold out")
