"""From a purchase through the API to somebody who packs it, and back."""

from __future__ import annotations

import pytest

from marketplace.providers.models import ProviderOrder
from marketplace.sales.reversals import Cause, order_reverse
from plugins.sfa_logistics.models import Task
from tests.sfa_logistics import factories as make
from tests.sfa_logistics.test_schema import ASSIGN, MY_TASKS, ORDER_TASKS, nodes, sid
from tests.shopping import PURCHASE, gid, purchase_input

pytestmark = pytest.mark.django_db


def test_a_purchase_is_packed_and_delivered_by_the_sfa(api, town):
    sfa = make.sfa(trainees=1, tutors=1)
    variables = purchase_input("to-be-packed", (town.honey, 3), (town.camp, 1))
    bought = api.data(PURCHASE, variables, user=town.employee)["purchaseCreate"]
    assert bought["errors"] == []

    (part,) = ProviderOrder.objects.filter(provider=town.dairy)
    packing, delivery = Task.objects.order_by("-kind")
    assert (packing.kind, packing.quantity) == ("packing", 3)
    assert (delivery.kind, delivery.provider_order_id) == ("delivery", part.pk)

    run = api.data(ASSIGN, {"s": sid(sfa.pk)}, user=sfa.coordinator)["tasksAssign"]
    assert run == {"assigned": 2, "unassigned": 0, "errors": []}
    for person in (sfa.trainees[0].user, sfa.tutors[0].user):
        assert len(nodes(api.data(MY_TASKS, user=person))) == 2
    order = {"o": gid("Order", part.order_id)}
    seen = api.data(ORDER_TASKS, order, user=town.employee)["orderTasks"]
    assert [task["kind"] for task in seen] == ["packing", "delivery"]

    order_reverse(order_id=part.order_id, cause=Cause("changed their mind"))
    seen = api.data(ORDER_TASKS, order, user=town.employee)["orderTasks"]
    assert {task["status"] for task in seen} == {"cancelled"}
    assert nodes(api.data(MY_TASKS, user=sfa.tutors[0].user)) == []
