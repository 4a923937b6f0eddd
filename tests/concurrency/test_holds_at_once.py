"""A hold that is given back while it pays: one of the two, and neither waits for the other for
ever."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.ledger.verification import verify
from marketplace.sales import services
from plugins.welfare_wallet import holds
from plugins.welfare_wallet.models import WalletHold
from tests import shopping
from tests.at_once import Meeting, all_at_once, ended
from tests.concurrency.crowd import complete, orders
from tests.graphql_client import Api
from tests.steps import Steps


@pytest.fixture
def town(committed_db):
    return shopping.build(10_000)


@pytest.fixture
def at_the_same_moment(town, monkeypatch):
    """Complete a checkout and give its hold back, each about to take its second lock; what became
    of either."""
    steps = Steps(Api(), town.employee)
    hold = WalletHold.objects.get(token=steps.ready((town.honey, 1), method=town.pick_up))
    meeting = Meeting()

    def met(act: Any) -> Any:
        def after_the_others_came(*given: Any, **named: Any) -> Any:
            meeting.come()
            return act(*given, **named)

        return after_the_others_came

    monkeypatch.setattr(services, "settle_from_hold", met(services.settle_from_hold))
    monkeypatch.setattr(holds, "hold_ended", met(holds.hold_ended))

    def release() -> str:
        try:
            return ended(lambda: holds.hold_release(hold))
        except Exception as error:
            return str(error)

    def run() -> tuple[Any, str]:
        completed, released = all_at_once(lambda: complete(steps), release)
        return completed, str(released)

    return run


def sound(completed: Any, released: str) -> bool:
    """Whether one of the two was done, and the other told why not."""
    codes = [one["code"] for one in completed.get("welfareErrors", [])]
    if completed.get("order"):
        return released == "HOLD_ALREADY_POSTED"
    return released == "DONE" and codes == ["HOLD_ALREADY_VOIDED"]


def test_a_hold_given_back_while_it_pays(town, at_the_same_moment):
    completed, released = at_the_same_moment()
    assert sound(completed, released), (completed, released)
    assert orders() == (released != "DONE")
    assert town.held_cents() == 0
    assert verify() == []


def test_twin_without_the_wallets_row_first_they_wait_in_a_ring(at_the_same_moment, monkeypatch):
    monkeypatch.setattr(holds, "_locked", lambda hold: hold)
    assert not sound(*at_the_same_moment())
