"""A wallet's movements: one row per thing that happened, with the balance after it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.companies.services.allocations import CreditLine, credit_allocate
from marketplace.companies.services.revocations import credit_revoke
from marketplace.people.actor import actor_of
from marketplace.providers.models import ProviderOrder
from marketplace.sales.cancellation import purchase_part_cancel
from marketplace.sales.models import Settlement
from plugins.welfare_wallet.credit import lapse_expired
from plugins.welfare_wallet.models import Wallet
from plugins.welfare_wallet.movements import MovementKind, movements_of
from tests import shopping
from tests.companies import factories as companies
from tests.shopping import gid
from tests.steps import Steps

MOVEMENTS = """query($wallet: ID!, $kinds: [String!], $since: Date, $until: Date, $after: String,
    $first: Int = 100) {
  myMovements(wallet: $wallet, kinds: $kinds, since: $since, until: $until, first: $first,
      after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { id kind amount { amount } balance { amount } happenedAt orderNumber
      providerName credit { amount { amount } expiresOn } } } } }"""


def shown(api, town, **given):
    asked = {"wallet": gid("Wallet", town.wallet_id), **given}
    found = api.data(MOVEMENTS, asked, user=town.employee)["myMovements"]
    return [edge["node"] for edge in found["edges"]]


def buy(api, town, key, *lines):
    wanted = shopping.purchase_input(key, *lines)
    answer = api.data(shopping.PURCHASE, wanted, user=town.employee)["purchaseCreate"]
    assert answer["errors"] == []
    return answer["purchase"]["orderNumber"]


def kinds(town) -> list[str]:
    return [movement.kind for movement in movements_of(town.wallet_id)]


def test_what_came_and_went_with_the_balance_after_each(api, town):
    number = buy(api, town, "first-purchase", (town.honey, 2), (town.camp, 1))
    part = ProviderOrder.objects.get(provider=town.camps)
    purchase_part_cancel(user_id=town.employee.pk, provider_order_id=part.pk)
    back, bought, given = shown(api, town)
    assert [one["kind"] for one in (back, bought, given)] == ["refund", "purchase", "credit"]
    assert [one["amount"]["amount"] for one in (back, bought, given)] == [50.0, -70.5, 200.0]
    assert [one["balance"]["amount"] for one in (back, bought, given)] == [179.5, 129.5, 200.0]
    assert [one["orderNumber"] for one in (back, bought, given)] == [number, number, None]
    assert [one["providerName"] for one in (back, bought, given)] == ["Campi estivi", None, None]
    assert back["credit"][0]["amount"] == {"amount": 50.0}


def test_a_purchase_out_of_several_lots_is_one_movement(api, town):
    shopping.give(town.company, town.plan, town.employee, 1_000, days=10)
    buy(api, town, "of-two-lots", (town.honey, 2))
    bought = shown(api, town)[0]
    assert bought["amount"]["amount"] == -20.5
    assert [lot["amount"]["amount"] for lot in bought["credit"]] == [-10.0, -10.5]
    days = [lot["expiresOn"] for lot in bought["credit"]]
    assert days == sorted(days)


def test_what_is_set_aside_is_told_from_what_is_paid(api, town):
    steps = Steps(api, town.employee)
    token = steps.ready((town.honey, 1), method=town.delivery)
    assert kinds(town)[0] == MovementKind.SET_ASIDE
    release = "mutation($t: String!) { walletHoldRelease(token: $t) { released errors { code } } }"
    api.data(release, {"t": token}, user=town.employee)
    assert kinds(town)[:2] == [MovementKind.RELEASED, MovementKind.SET_ASIDE]
    again = Steps(api, town.employee)
    again.ready((town.honey, 1), method=town.delivery)
    assert again.complete()["order"]
    newest = shown(api, town)[0]
    assert newest["kind"] == "purchase"
    assert newest["orderNumber"] == Settlement.objects.get().order_number


def test_credit_that_lapsed_and_credit_that_the_company_took_back(api, town):
    companies.paid_in(town.company, 50_000)
    manager = companies.manager(town.company)
    allocation = credit_allocate(
        actor=actor_of(manager),
        plan_id=town.plan.pk,
        lines=[CreditLine(town.employee.employments.get().pk, 5_000)],
        idempotency_key="to-take-back",
    )
    type(town.plan).objects.update(source="voluntary")
    credit_revoke(actor=actor_of(manager), allocation_line_id=allocation.lines.get().pk)
    assert kinds(town)[:2] == [MovementKind.REVOKED, MovementKind.CREDIT]
    lapse_expired(timezone.localdate() + timedelta(days=400))
    newest = movements_of(town.wallet_id)[0]
    assert (newest.kind, newest.balance_cents) == (MovementKind.LAPSED, 0)


def test_an_order_of_another_day_stands_on_its_own_day(api, town):
    buy(api, town, "a-while-ago", (town.honey, 1))
    buy(api, town, "of-today", (town.honey, 1))
    first = Settlement.objects.order_by("pk")[0]
    past = timezone.now() - timedelta(days=30)
    Settlement.objects.filter(pk=first.pk).update(placed_at=past)
    movements = movements_of(town.wallet_id)
    assert [one.happened_at for one in movements] == sorted(
        (one.happened_at for one in movements), reverse=True
    )
    assert movements[-1].order_number == first.order_number
    assert movements[0].balance_cents == town.credit_left()
    day = timezone.localdate(past).isoformat()
    (only,) = shown(api, town, since=day, until=day)
    assert only["orderNumber"] == first.order_number


def test_of_some_kinds_and_of_some_days(api, town):
    buy(api, town, "one-purchase", (town.honey, 1))
    today, tomorrow = timezone.localdate(), timezone.localdate() + timedelta(days=1)
    assert [one["kind"] for one in shown(api, town, kinds=["credit"])] == ["credit"]
    assert len(shown(api, town, kinds=[])) == 2
    assert len(shown(api, town, since=today.isoformat(), until=today.isoformat())) == 2
    assert shown(api, town, since=tomorrow.isoformat()) == []
    # The balance is the wallet's, whatever the filter leaves out.
    assert shown(api, town, kinds=["purchase"])[0]["balance"]["amount"] == 188.0
    asked = {"wallet": gid("Wallet", town.wallet_id), "kinds": ["theft"]}
    assert api.refused(MOVEMENTS, asked, user=town.employee) == ["UNKNOWN_KIND"]


def test_pages_hold_every_row_once(api, town):
    for number in range(5):
        buy(api, town, f"purchase-{number}", (town.honey, 1))
    asked = {"wallet": gid("Wallet", town.wallet_id), "first": 2}
    seen, more = [], True
    while more:
        page = api.data(MOVEMENTS, asked, user=town.employee)["myMovements"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        asked["after"], more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert len(seen) == len(set(seen)) == page["totalCount"] == 6


def test_nobody_elses_wallet(api, town):
    colleague = companies.employment(town.company).user
    asked = {"wallet": gid("Wallet", town.wallet_id)}
    assert api.refused(MOVEMENTS, asked, user=colleague) == ["NOT_FOUND"]
    assert api.refused(MOVEMENTS, asked) == ["NOT_SIGNED_IN"]
    assert Wallet.objects.filter(user=colleague).count() == 0


@pytest.mark.django_db
def test_many_movements_cost_the_statements_of_few(api, town):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(api, town)
        return len(captured)

    def once(number: int) -> None:
        buy(api, town, f"purchase-{number}", (town.honey, 1))
        part = ProviderOrder.objects.latest("pk")
        purchase_part_cancel(user_id=town.employee.pk, provider_order_id=part.pk)

    once(1)
    few = statements()
    for number in range(2, 5):
        once(number)
    assert statements() == few
