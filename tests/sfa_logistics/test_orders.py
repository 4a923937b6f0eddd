"""Tasks from orders: which, where, once; cancelled with the order; caught up with afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace import registry
from marketplace.providers.models import Listing, ProviderOrder, ProviderOrderStatus
from marketplace.providers.orders import provider_orders_create
from marketplace.sales import extensions
from marketplace.sales.sale import Delivery, DeliveryMethod, LevyShare, PlacedOrder, Reversal
from plugins.sfa_logistics.models import Assignment, Task, TaskTemplate, UnassignedReason
from plugins.sfa_logistics.services.orders import follower
from plugins.sfa_logistics.services.plans import service_plan
from tests.providers import factories as shop
from tests.sfa_logistics import factories as make

pytestmark = pytest.mark.django_db


def placed(*wants, order_id="order-1", delivery=DeliveryMethod.SFA_DELIVERY, to=None, many=1):
    """An order of one line per (provider, packing, delivery), two pieces each."""
    lines = []
    for number, (provider, packing, delivering) in enumerate(wants * many, start=1):
        listing = shop.bare_listing(provider, needs_packing=packing, needs_delivery=delivering)
        line = shop.line(number, listing, quantity=2)
        lines.append(replace(line, needs_packing=packing, needs_delivery=delivering))
    comune_id = (to or shop.comune()).pk
    sale = replace(shop.sale(*lines), delivery=Delivery(delivery, comune_id, 0))
    levy = shop.levy(sale)
    parts = provider_orders_create(
        order_id=order_id,
        order_number="1",
        sale=sale,
        levy=levy,
        transfer_id=1,
        order_line_ids={line.number: str(line.number) for line in lines},
    )
    return PlacedOrder(order_id, sale, parts, levy, 1)


def reversal(order: PlacedOrder, part: ProviderOrder, *, full: bool = True) -> Reversal:
    share = LevyShare(part.provider_id, 5, 0)
    return Reversal(order.order_id, part, part.gross_cents, share, full, 2)


def tasks() -> list[tuple[int, str, int]]:
    return list(
        Task.objects.order_by("provider", "kind").values_list("provider_id", "kind", "quantity")
    )


def test_plugin_follows_orders_and_offers_the_catch_up():
    assert follower in extensions.followers
    assert registry.use("tasks.catch_up")([]) == 0


def test_lines_that_need_packing_or_delivery_make_tasks():
    one, other, third = (shop.provider() for _ in range(3))
    order = placed(
        (one, True, True), (one, True, False), (other, False, True), (third, False, False)
    )
    follower.order_placed(order)
    assert tasks() == [
        (one.pk, "delivery", 2),
        (one.pk, "packing", 4),
        (other.pk, "delivery", 2),
    ]
    packing = Task.objects.get(provider=one.pk, kind="packing")
    part = order.provider_orders[0]
    assert packing.provider_order_id == part.pk
    assert packing.minutes == 10 + 10 * 4
    assert packing.opens_at == part.placed_at
    assert packing.closes_at == part.placed_at + timedelta(hours=96)
    assert Task.objects.get(provider=one.pk, kind="delivery").opens_at == packing.closes_at


def test_what_is_picked_up_is_packed_but_not_delivered():
    one = shop.provider()
    follower.order_placed(placed((one, True, True), delivery=DeliveryMethod.PICK_UP))
    assert tasks() == [(one.pk, "packing", 2)]


def test_telling_it_twice_makes_the_tasks_once():
    order = placed((shop.provider(), True, True))
    follower.order_placed(order)
    follower.order_placed(order)
    assert Task.objects.count() == 2


@pytest.mark.parametrize("lines", [1, 8])
def test_an_order_costs_three_statements_at_most(lines):
    make.sfa()
    order = placed((shop.provider(), True, True), (shop.provider(), True, True), many=lines)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        follower.order_placed(order)
    assert len(captured) == 3
    assert Task.objects.count() == 4


def test_an_order_without_work_for_the_sfa_costs_nothing(django_assert_num_queries):
    order = placed((shop.provider(), False, False))
    with django_assert_num_queries(0):
        follower.order_placed(order)


def test_packing_is_where_the_goods_are_and_delivery_where_they_go():
    lovere, sarnico = shop.comune(), shop.comune("Sarnico", 45.67, 9.96)
    at_lovere, at_sarnico = make.service(lovere), make.service(sarnico)
    follower.order_placed(placed((shop.provider(place=lovere), True, True), to=sarnico))
    where = {task.kind: (task.comune, task.service) for task in Task.objects.all()}
    assert where == {"packing": (lovere, at_lovere), "delivery": (sarnico, at_sarnico)}


def test_the_nearer_of_two_services_gets_the_task():
    lovere, sarnico = shop.comune(), shop.comune("Sarnico", 45.67, 9.96)
    far, near = make.service(sarnico), make.service(lovere)
    far.served.create(comune=lovere, km=17.5)
    follower.order_placed(placed((shop.provider(place=lovere), True, False)))
    assert Task.objects.get().service == near


def test_a_task_where_no_service_works_belongs_to_none_until_one_does():
    follower.order_placed(placed((shop.provider(), True, False)))
    assert Task.objects.get().service is None
    sfa = make.sfa()
    assert service_plan(service_id=sfa.pk).assigned == 1
    assert Task.objects.get().service == sfa.service


def test_a_providers_own_way_of_working_comes_first():
    own, other = shop.provider(), shop.provider()
    template = TaskTemplate.objects.create(
        kind="packing",
        provider=own.organisation,
        minutes_per_unit=3,
        minutes_most=60,
        opens_after_hours=0,
        closes_after_hours=24,
        valid_from=date(2020, 1, 1),
    )
    follower.order_placed(placed((own, True, False), (other, True, False)))
    assert Task.objects.get(provider=own.pk).template == template
    assert Task.objects.get(provider=own.pk).minutes == 6
    assert Task.objects.get(provider=other.pk).template.provider is None


def test_an_order_is_not_refused_for_want_of_a_template(caplog):
    TaskTemplate.objects.filter(kind="packing").update(valid_until=date(2020, 1, 2))
    follower.order_placed(placed((shop.provider(), True, True)))
    assert [task.kind for task in Task.objects.all()] == ["delivery"]
    assert "no packing template" in caplog.text


def test_full_reversal_cancels_the_tasks_of_that_provider_only():
    sfa = make.sfa(trainees=4, at_once=4)
    order = placed((shop.provider(), True, False), (shop.provider(), True, False))
    follower.order_placed(order)
    service_plan(service_id=sfa.pk)
    gone, kept = order.provider_orders
    for _ in range(2):
        follower.order_reversed(reversal(order, gone))
    cancelled = Task.objects.get(provider=gone.provider_id)
    assert cancelled.status == "cancelled"
    assert Assignment.objects.get(task=cancelled).undone_at is not None
    assert Task.objects.get(provider=kept.provider_id).status == "assigned"


def test_partial_reversal_leaves_the_tasks():
    order = placed((shop.provider(), True, False))
    follower.order_placed(order)
    follower.order_reversed(reversal(order, order.provider_orders[0], full=False))
    assert Task.objects.get().status == "open"


def test_what_is_done_stays_done_when_the_order_is_reversed():
    order = placed((shop.provider(), True, False))
    follower.order_placed(order)
    Task.objects.update(status="done", done_at=make.NOW)
    follower.order_reversed(reversal(order, order.provider_orders[0]))
    assert Task.objects.get().status == "done"


def test_cancelling_takes_the_reason_along():
    sfa = make.sfa(trainees=0)
    order = placed((shop.provider(), True, False))
    follower.order_placed(order)
    service_plan(service_id=sfa.pk)
    assert UnassignedReason.objects.count() == 1
    follower.order_reversed(reversal(order, order.provider_orders[0]))
    assert UnassignedReason.objects.count() == 0


def test_catch_up_makes_what_the_order_would_have_made():
    one, other = shop.provider(), shop.provider()
    order = placed((one, True, True), (one, True, False), (other, False, True))
    follower.order_placed(order)
    expected = tasks()
    Task.objects.all().delete()
    catch_up = registry.use("tasks.catch_up")
    assert catch_up([order.order_id]) == 3
    assert tasks() == expected
    assert catch_up([order.order_id]) == 0


@pytest.mark.parametrize(
    "facts",
    [
        {"status": ProviderOrderStatus.CANCELLED.value},
        {"status": ProviderOrderStatus.REFUSED.value},
        {"refunded_cents": 2000},
    ],
)
def test_catch_up_follows_what_went_back(facts):
    order = placed((shop.provider(), True, True))
    catch_up = registry.use("tasks.catch_up")
    follower.order_placed(order)
    ProviderOrder.objects.update(**facts)
    assert catch_up([order.order_id]) == 0
    assert {task.status for task in Task.objects.all()} == {"cancelled"}
    Task.objects.all().delete()
    assert catch_up([order.order_id]) == 0
    assert not Task.objects.exists()


def test_catch_up_of_many_orders_costs_what_one_does():
    catch_up = registry.use("tasks.catch_up")
    ids = []
    costs = []
    for number in range(1, 9):
        ids.append(f"order-{number}")
        placed((shop.provider(), True, True), (shop.provider(), False, True), order_id=ids[-1])
        if number in (1, 8):
            with CaptureQueriesContext(connection) as captured:
                catch_up(ids)
            costs.append(len(captured))
    assert costs[0] == costs[1]
    assert Task.objects.count() == 24


def test_a_listing_made_later_to_need_packing_does_not_double():
    order = placed((shop.provider(), True, False))
    follower.order_placed(order)
    Listing.objects.update(needs_delivery=True)
    assert registry.use("tasks.catch_up")([order.order_id]) == 1
    assert Task.objects.count() == 2
