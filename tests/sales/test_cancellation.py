"""A buyer cancels a part: before the provider accepts it, once, with all that follows."""

from __future__ import annotations

from functools import partial
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from saleor.warehouse.models import Allocation

from marketplace.ledger.verification import verify
from marketplace.providers import fulfilment
from marketplace.providers.models import ProviderOrder
from marketplace.refusals import Refusal
from marketplace.sales.cancellation import purchase_part_cancel
from marketplace.sales.models import SettlementReversal
from marketplace.sales.reversals import Cause, provider_order_refund
from marketplace.sales.sale import GATEWAY
from marketplace.shop.books import order_books
from plugins.sfa_logistics.models import Task
from tests import shopping
from tests.at_once import all_at_once, ended
from tests.ethics_charter import factories as charters
from tests.shopping import gid

CANCEL = """mutation($id: ID!) { purchasePartCancel(id: $id) {
  errors { code message } part { status isCancellable refunded { amount }
    refunds { amount { amount } cause reason credit { amount { amount } expiresOn } } } } }"""
PURCHASE = """query($number: String!) { myPurchase(orderNumber: $number) {
  refunded { amount } levy { amount } deliveryRefunds { amount { amount } cause }
  parts { id status isCancellable deliveryMethod providerName
    preparation { kind status serviceName }
    refunds { amount { amount } cause reason credit { amount { amount } } } } } }"""
HONEY_CENTS, CAMP_CENTS = 1700, 5000


def buy(town, api, *lines, key="buy-to-cancel", **more):
    asked = shopping.purchase_input(key, *(lines or ((town.honey, 2), (town.camp, 1))), **more)
    answer = api.data(shopping.PURCHASE, asked, user=town.employee)["purchaseCreate"]
    assert answer["errors"] == []
    return answer["purchase"]["orderNumber"]


def part_of(provider) -> ProviderOrder:
    return ProviderOrder.objects.get(provider=provider)


def cancel(api, part, user):
    return api.data(CANCEL, {"id": gid("PurchasePart", part.pk)}, user=user)["purchasePartCancel"]


def allocated() -> int:
    return Allocation.objects.aggregate(pieces=Sum("quantity_allocated"))["pieces"] or 0


def test_a_cancelled_part_gives_back_credit_levy_stock_and_tasks(api, town):
    number, before = buy(town, api), town.credit_left()
    part, fund = part_of(town.dairy), town.fund_cents()
    answer = cancel(api, part, town.employee)
    assert answer["errors"] == []
    assert answer["part"]["status"] == "cancelled"
    assert answer["part"]["isCancellable"] is False
    (refund,) = answer["part"]["refunds"]
    assert (refund["amount"]["amount"], refund["cause"]) == (17.0, "cancelled")
    assert refund["reason"] is None
    assert [lot["amount"]["amount"] for lot in refund["credit"]] == [17.0]
    # Nothing of this order is to be delivered any more: what delivery cost goes back as well.
    assert town.credit_left() == before + HONEY_CENTS + shopping.DELIVERY_CENTS
    assert town.fund_cents() == fund - part.levy_cents
    assert town.payable_cents(town.dairy) == 0
    assert order_books([part.order_id], GATEWAY)[part.order_id].captured_cents == CAMP_CENTS
    assert set(Task.objects.values_list("status", flat=True)) == {"cancelled"}
    assert allocated() == 1
    shown = api.data(PURCHASE, {"number": number}, user=town.employee)["myPurchase"]
    assert shown["refunded"] == {"amount": 17.0 + shopping.DELIVERY_CENTS / 100}
    (delivery,) = shown["deliveryRefunds"]
    assert delivery == {
        "amount": {"amount": shopping.DELIVERY_CENTS / 100},
        "cause": "undelivered",
    }
    assert verify() == []


def test_a_second_click_changes_nothing(api, town):
    buy(town, api)
    part = part_of(town.dairy)
    first = cancel(api, part, town.employee)
    credit = town.credit_left()
    assert cancel(api, part, town.employee) == first
    assert town.credit_left() == credit
    assert SettlementReversal.objects.filter(provider_order_id=part.pk).count() == 1


def test_delivery_stays_paid_while_something_is_still_to_come(api, town):
    other = shopping.variant(
        town.camps, "Jam", 400, warehouse=town.warehouse, needs_packing=True, needs_delivery=True
    )
    buy(town, api, (town.honey, 2), (other, 1))
    credit = town.credit_left()
    cancel(api, part_of(town.dairy), town.employee)
    assert town.credit_left() == credit + HONEY_CENTS
    cancel(api, part_of(town.camps), town.employee)
    assert town.credit_left() == credit + HONEY_CENTS + 400 + shopping.DELIVERY_CENTS


def test_a_refusal_of_all_that_was_to_come_gives_delivery_back(api, town):
    buy(town, api)
    credit, part = town.credit_left(), part_of(town.dairy)
    fulfilment.provider_order_refuse(
        actor=charters.manager_of(town.dairy), provider_order_id=part.pk, why="No bees"
    )
    assert town.credit_left() == credit + HONEY_CENTS + shopping.DELIVERY_CENTS
    assert verify() == []


@pytest.mark.parametrize("status", ["accepted", "ready", "completed", "refused"])
def test_what_is_under_way_is_not_cancelled(api, town, status):
    buy(town, api)
    part, credit = part_of(town.dairy), town.credit_left()
    ProviderOrder.objects.filter(pk=part.pk).update(status=status)
    answer = cancel(api, part, town.employee)
    assert [error["code"] for error in answer["errors"]] == ["PART_NOT_CANCELLABLE"]
    assert town.credit_left() == credit
    assert allocated() == 3


def test_a_part_that_had_money_back_before_gives_only_the_rest(api, town):
    buy(town, api)
    part, credit = part_of(town.dairy), town.credit_left()
    provider_order_refund(
        provider_order_id=part.pk, cents=500, key="a broken jar", cause=Cause("A broken jar")
    )
    answer = cancel(api, part, town.employee)
    assert [one["cause"] for one in answer["part"]["refunds"]] == ["refund", "cancelled"]
    assert town.credit_left() == credit + HONEY_CENTS + shopping.DELIVERY_CENTS


def test_the_order_says_what_the_sfa_does_and_why_a_provider_refused(api, town):
    number = buy(town, api)
    fulfilment.provider_order_refuse(
        actor=charters.manager_of(town.camps),
        provider_order_id=part_of(town.camps).pk,
        why="The camp is full",
    )
    shown = api.data(PURCHASE, {"number": number}, user=town.employee)["myPurchase"]
    parts = {part["providerName"]: part for part in shown["parts"]}
    camp, honey = parts["Campi estivi"], parts["Caseificio"]
    assert [step["kind"] for step in honey["preparation"]] == ["packing", "delivery"]
    assert camp["preparation"] == []
    assert (camp["refunds"][0]["cause"], camp["refunds"][0]["reason"]) == (
        "refused",
        "The camp is full",
    )
    assert (honey["isCancellable"], camp["isCancellable"]) == (True, False)


LIST = """{ myPurchases(first: 100) { edges { node { orderNumber deliveryRefunds { cause } parts {
  status providerName preparation { kind } refunds { cause credit { expiresOn } } } } } } }"""


def test_a_long_list_of_orders_costs_what_a_short_one_does(api, town):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.data(LIST, user=town.employee)
        return len(captured)

    def once(number: int) -> None:
        buy(town, api, (town.honey, 1), key=f"purchase-{number}")
        cancel(api, ProviderOrder.objects.latest("pk"), town.employee)

    once(1)
    one = statements()
    for number in range(2, 6):
        once(number)
    assert statements() == one


# At the same moment.


def how_ended(*acts) -> list[str]:
    return all_at_once(*(partial(ended, act) for act in acts))


@pytest.fixture
def bought(committed_db, api):
    town = shopping.build()
    buy(town, api, (town.honey, 2))
    return town, part_of(town.dairy)


def acts(town, part):
    """The buyer cancels and the provider accepts, twice each."""
    manager = charters.manager_of(town.dairy)

    def accept():
        fulfilment.provider_order_accept(actor=manager, provider_order_id=part.pk)

    def call_off():
        purchase_part_cancel(user_id=town.employee.pk, provider_order_id=part.pk)

    return call_off, accept


@pytest.mark.slow
def test_cancelled_and_accepted_at_the_same_moment_one_wins(bought):
    town, part = bought
    credit = town.credit_left()
    call_off, accept = acts(town, part)
    cancelled, again, accepted, twice = how_ended(call_off, call_off, accept, accept)
    part.refresh_from_db()
    if part.status == "cancelled":
        assert (cancelled, again) == ("DONE", "DONE")
        assert {accepted, twice} == {"ORDER_NOT_IN_STATE"}
        assert town.credit_left() == credit + HONEY_CENTS + shopping.DELIVERY_CENTS
    else:
        assert part.status == "accepted"
        assert sorted((accepted, twice)) == ["DONE", "ORDER_NOT_IN_STATE"]
        assert (cancelled, again) == ("PART_NOT_CANCELLABLE", "PART_NOT_CANCELLABLE")
        assert town.credit_left() == credit
    assert verify() == []


@pytest.mark.slow
def test_reading_first_and_writing_then_would_let_both_win(bought):
    """The twin: the same two without the condition in their UPDATEs."""
    _town, part = bought
    both_have_read = Barrier(2)

    def careless(status):
        def step():
            found = ProviderOrder.objects.get(pk=part.pk)
            both_have_read.wait(timeout=30)
            if found.status != "placed":
                raise Refusal("ORDER_NOT_IN_STATE", "")
            ProviderOrder.objects.filter(pk=part.pk).update(status=status)
            if status == "cancelled":
                provider_order_refund(
                    provider_order_id=part.pk, key="careless", cause=Cause("careless")
                )

        return step

    assert how_ended(careless("cancelled"), careless("accepted")) == ["DONE", "DONE"]


@pytest.mark.slow
def test_eight_clicks_at_once_give_back_once(bought):
    town, part = bought
    credit = town.credit_left()
    call_off, _accept = acts(town, part)
    assert how_ended(*[call_off] * 8) == ["DONE"] * 8
    assert town.credit_left() == credit + HONEY_CENTS + shopping.DELIVERY_CENTS
    assert SettlementReversal.objects.filter(provider_order_id=part.pk).count() == 1
    assert verify() == []
