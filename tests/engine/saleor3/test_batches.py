"""Several operations in one request: each reads for itself, after what the one before has done."""

from __future__ import annotations

from tests.engine.installed import STEPS
from tests.shopping import gid
from tests.steps import Steps

LOOK = "query($id: ID!) { checkout(id: $id) { lines { quantity } } }"


def test_an_operation_sees_what_the_one_before_it_changed(api, town):
    steps = Steps(api, town.employee)
    steps.create((town.honey, 1))
    look = (LOOK, {"id": steps.checkout})
    line = {"variantId": gid("ProductVariant", town.honey.pk), "quantity": 3}
    change = (STEPS["change"], {"id": steps.checkout, "lines": [line]})
    before, _changed, after = api.batch([look, change, look], user=town.employee)
    assert before["data"]["checkout"]["lines"] == [{"quantity": 1}]
    assert after["data"]["checkout"]["lines"] == [{"quantity": 3}]
