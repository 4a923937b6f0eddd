"""A provider order's steps: its own provider's, in order, one of two at the same moment."""

from __future__ import annotations

from functools import partial
from threading import Barrier

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.api.entities import to_global
from marketplace.ledger.verification import verify
from marketplace.providers import fulfilment
from marketplace.providers.models import ProviderOrder
from marketplace.refusals import Refusal
from marketplace.sales.reversals import Cause, order_reverse
from marketplace.sales.sale import GATEWAY
from marketplace.shop.books import order_books
from tests import shopping
from tests.at_once import all_at_once, ended
from tests.ethics_charter import factories as charters
from tests.providers import factories as make
from tests.providers.test_orders_create import split

ORDERS = """query($status: String) { myProviderOrders(first: 100, status: $status) { totalCount
  edges { node { id orderNumber status buyerFirstName deliveryMethod deliveryComune { name }
    gross { amount } levy { amount } refunded { amount }
    lines { number productName quantity unitPrice { amount } total { amount } } } } } }"""
STEP = """mutation($id: ID!) { providerOrder%s(id: $id) {
  errors { code } providerOrder { status } } }"""
REFUSE = """mutation($id: ID!, $why: String!) { providerOrderRefuse(id: $id, why: $why) {
  errors { code } providerOrder { status refunded { amount } } } }"""

STEPS = {
    "Accept": fulfilment.provider_order_accept,
    "Ready": fulfilment.provider_order_ready,
    "Complete": fulfilment.provider_order_complete,
}


@pytest.fixture
def order(db):
    """An order to one provider, by a buyer called Anna."""
    buyer = make.user(first_name="Anna", last_name="Segreta")
    sale = make.sale(make.line(1, make.bare_listing(make.provider()), 1000, 2), buyer=buyer)
    return split(sale)[0]


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        (["Accept", "Ready", "Complete"], "completed"),
        (["Accept", "Complete"], "completed"),
        (["Accept"], "accepted"),
    ],
)
def test_steps_in_their_order(api, order, steps, status):
    manager, asked = make.member(order.provider_id), {"id": to_global("ProviderOrder", order.pk)}
    for step in steps:
        api.data(STEP % step, asked, user=manager)
    order.refresh_from_db()
    assert order.status == status
    assert order.status_at > order.placed_at


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        ("placed", {"Ready", "Complete"}),
        ("accepted", {"Accept"}),
        ("ready", {"Accept", "Ready"}),
        ("completed", set(STEPS)),
        ("refused", set(STEPS)),
        ("cancelled", set(STEPS)),
    ],
)
def test_no_other_step_happens(order, status, refused):
    actor = charters.manager_of(order.provider)
    for name, step in STEPS.items():
        ProviderOrder.objects.update(status=status)
        if name in refused:
            with pytest.raises(Refusal, match="ORDER_NOT_IN_STATE"):
                step(actor=actor, provider_order_id=order.pk)
            order.refresh_from_db()
            assert order.status == status
        else:
            step(actor=actor, provider_order_id=order.pk)


def test_another_providers_order_looks_like_one_that_is_not_there(api, order):
    outsider = make.member(make.provider().pk)
    for gid in (to_global("ProviderOrder", order.pk), to_global("ProviderOrder", 0)):
        for step in STEPS:
            assert api.refused(STEP % step, {"id": gid}, user=outsider) == ["NOT_FOUND"]
        asked = {"id": gid, "why": "No flour"}
        assert api.refused(REFUSE, asked, user=outsider) == ["NOT_FOUND"]
    assert api.data(ORDERS, user=outsider)["myProviderOrders"]["edges"] == []
    order.refresh_from_db()
    assert order.status == "placed"


def test_a_provider_sees_a_first_name_what_and_where(api, order):
    manager = make.member(order.provider_id)
    node = api.data(ORDERS, user=manager)["myProviderOrders"]["edges"][0]["node"]
    assert node.pop("id")
    assert node == {
        "orderNumber": "42",
        "status": "placed",
        "buyerFirstName": "Anna",
        "deliveryMethod": "sfa_delivery",
        "deliveryComune": {"name": "Lovere"},
        "gross": {"amount": 20.0},
        "levy": {"amount": 0.4},
        "refunded": {"amount": 0.0},
        "lines": [
            {
                "number": 1,
                "productName": order.lines.get().product_name,
                "quantity": 2,
                "unitPrice": {"amount": 10.0},
                "total": {"amount": 20.0},
            }
        ],
    }
    assert api.refused(ORDERS, user=make.operator()) == ["PERMISSION_DENIED"]
    assert api.refused(ORDERS) == ["NOT_SIGNED_IN"]
    assert api.refused(ORDERS, {"status": "lost"}, user=manager) == ["UNKNOWN_STATUS"]


def test_nothing_of_the_buyer_but_the_first_name_is_even_read(api, order):
    manager = make.member(order.provider_id)
    with CaptureQueriesContext(connection) as captured:
        api.data(ORDERS, user=manager)
    read = next(
        one["sql"] for one in captured if '"providers_providerorder"."gross_cents"' in one["sql"]
    )
    assert '"first_name"' in read
    assert not any(f'"{column}"' in read for column in ("last_name", "email", "password", "note"))


@pytest.mark.django_db
def test_a_long_list_costs_what_a_short_one_does(api):
    provider = make.provider()
    manager, listing = make.member(provider.pk), make.bare_listing(provider)

    def statements(orders: int) -> int:
        for number in range(ProviderOrder.objects.count(), orders):
            split(make.sale(make.line(1, listing), make.line(2, listing)), str(number))
        assert len(api.data(ORDERS, user=manager)["myProviderOrders"]["edges"]) == orders
        return api.cost(ORDERS, user=manager)

    assert statements(5) == statements(50)


# Refusal: the money goes back.


@pytest.fixture
def bought(api, town):
    """Honey of the dairy and a day at the camp, paid; the dairy's part of it."""
    asked = shopping.purchase_input("buy-to-refuse", (town.honey, 2), (town.camp, 1))
    answer = api.data(shopping.PURCHASE, asked, user=town.employee)["purchaseCreate"]
    assert answer["errors"] == []
    return ProviderOrder.objects.get(provider=town.dairy)


def test_a_refused_order_gives_credit_and_levy_back_at_once(api, town, bought):
    credit, fund = town.credit_left(), town.fund_cents()
    manager = make.member(town.dairy.pk)
    asked = {"id": to_global("ProviderOrder", bought.pk), "why": "The bees are on strike"}
    answer = api.data(REFUSE, asked, user=manager)["providerOrderRefuse"]
    assert answer == {
        "errors": [],
        "providerOrder": {"status": "refused", "refunded": {"amount": 17.0}},
    }
    # The camp is not delivered: what delivery cost goes back with the honey.
    back = 1700 + shopping.DELIVERY_CENTS
    assert town.credit_left() == credit + back
    assert town.fund_cents() == fund - bought.levy_cents
    assert town.payable_cents(town.dairy) == 0
    assert town.payable_cents(town.camps) > 0
    assert order_books([bought.order_id], GATEWAY)[bought.order_id].captured_cents == 5000
    assert api.refused(REFUSE, asked, user=manager) == ["ORDER_NOT_IN_STATE"]
    assert town.credit_left() == credit + back
    assert verify() == []


@pytest.mark.parametrize(
    ("status", "why", "code"),
    [
        ("ready", "Late", "ORDER_NOT_IN_STATE"),
        ("completed", "Late", "ORDER_NOT_IN_STATE"),
        ("cancelled", "Late", "ORDER_NOT_IN_STATE"),
        ("placed", " ", "REASON_REQUIRED"),
    ],
)
def test_a_refusal_that_is_refused_moves_no_money(town, bought, status, why, code):
    ProviderOrder.objects.filter(pk=bought.pk).update(status=status)
    credit = town.credit_left()
    with pytest.raises(Refusal, match=code):
        fulfilment.provider_order_refuse(
            actor=charters.manager_of(town.dairy), provider_order_id=bought.pk, why=why
        )
    assert town.credit_left() == credit


def test_an_order_whose_money_all_went_back_is_cancelled(town, bought):
    order_reverse(order_id=bought.order_id, cents=100, cause=Cause("A broken jar"))
    bought.refresh_from_db()
    assert bought.status == "placed"
    order_reverse(order_id=bought.order_id, cause=Cause("Cancelled"))
    bought.refresh_from_db()
    assert bought.status == "cancelled"


# Two at the same moment.


def _at_once(order, *steps) -> list[str]:
    actor = charters.manager_of(order.provider)
    acts = (partial(step, actor=actor, provider_order_id=order.pk) for step in steps)
    return sorted(all_at_once(*(partial(ended, act) for act in acts)))


def test_of_twelve_at_the_same_moment_one_accepts(committed_db):
    sale = make.sale(make.line(1, make.bare_listing(make.provider())))
    answers = _at_once(split(sale)[0], *[fulfilment.provider_order_accept] * 12)
    assert answers == ["DONE"] + ["ORDER_NOT_IN_STATE"] * 11


def test_reading_first_and_writing_then_would_let_several_accept(committed_db):
    """The twin: the same step without the condition in its UPDATE."""
    both_have_read = Barrier(12)

    def careless(*, actor, provider_order_id):
        order = ProviderOrder.objects.get(pk=provider_order_id)
        both_have_read.wait(timeout=30)
        if order.status != "placed":
            raise Refusal("ORDER_NOT_IN_STATE", "")
        ProviderOrder.objects.filter(pk=provider_order_id).update(status="accepted")

    sale = make.sale(make.line(1, make.bare_listing(make.provider())))
    assert _at_once(split(sale)[0], *[careless] * 12).count("DONE") > 1


def test_accepted_and_refused_at_the_same_moment_give_money_back_once(committed_db, api):
    town = shopping.build()
    asked = shopping.purchase_input("buy-for-both", (town.honey, 2))
    assert api.refused(shopping.PURCHASE, asked, user=town.employee) == []
    order, paid = ProviderOrder.objects.get(), town.credit_left()

    def refuse(*, actor, provider_order_id):
        fulfilment.provider_order_refuse(
            actor=actor, provider_order_id=provider_order_id, why="No honey"
        )

    def cancel(*, actor, provider_order_id):
        order_reverse(order_id=order.order_id, cause=Cause("Cancelled"))

    _at_once(order, refuse, refuse, cancel, refuse, cancel, fulfilment.provider_order_accept)
    order.refresh_from_db()
    assert order.status in {"refused", "cancelled"}
    assert order.refunded_cents == order.gross_cents
    assert town.credit_left() - paid in {1700, 1700 + shopping.DELIVERY_CENTS}
    assert verify() == []
