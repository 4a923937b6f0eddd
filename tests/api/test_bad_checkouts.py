"""Bad input of issue 2, section 8, that no test of a room sends: a refusal by either way in.

Which bad input is tested where is in ``test_bad_input.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from saleor.checkout.models import Checkout

from plugins.ethics_charter.models import Adhesion
from plugins.ethics_charter.services import charter_load
from tests import tables
from tests.engine.installed import CHECKOUT, STEPS
from tests.ethics_charter import factories as charters
from tests.ethics_charter.conftest import CHARTER
from tests.providers import factories as providers
from tests.shopping import PURCHASE, gid, purchase_input, variant
from tests.solidarity_fund.factories import unguarded
from tests.steps import HOLD, Steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def steps(api, town):
    return Steps(api, town.employee)


@pytest.fixture
def lapsed(town) -> Any:
    """What is left on sale of a provider whose adhesion ended while nobody looked."""
    provider = providers.provider("Oleificio", town.dairy.comune)
    adhesion = charters.signed(provider, charter_load(CHARTER))
    oil = variant(provider, "Oil", 1200, warehouse=town.warehouse)
    end(adhesion)
    return oil


def end(adhesion: Adhesion) -> None:
    """As if it had been signed a year earlier: an adhesion itself is never changed."""
    unguarded("ALTER TABLE ethics_charter_adhesion DISABLE TRIGGER USER")
    yesterday = timezone.localdate() - timedelta(days=1)
    Adhesion.objects.filter(pk=adhesion.pk).update(
        valid_from=yesterday - timedelta(days=365), valid_until=yesterday
    )


@contextmanager
def nothing_changes() -> Iterator[None]:
    before = tables.contents()
    yield
    assert tables.contents() == before


def codes(errors: list[dict[str, Any]]) -> list[tuple[str, int | None]]:
    """(code, line) of refusals, each of which says a sentence."""
    assert all(error["message"].strip() for error in errors)
    return [(error["code"], error.get("line")) for error in errors]


def refused_hold(steps: Steps) -> list[tuple[str, int | None]]:
    with nothing_changes():
        answer = steps.hold()
    assert answer["hold"] is None
    return codes(answer["errors"])


def test_a_checkout_in_another_currency_gets_no_hold(steps, town):
    steps.create((town.honey, 1))
    steps.deliver(town.pick_up)
    Checkout.objects.update(currency="USD")
    assert refused_hold(steps) == [("WRONG_CURRENCY", None)]


def test_a_checkout_that_changed_its_currency_after_the_hold_is_no_order(steps, town):
    steps.ready((town.honey, 1), method=town.pick_up)
    Checkout.objects.update(currency="USD")
    with nothing_changes():
        done = steps.complete()
    assert done["order"] is None
    assert codes(done["welfareErrors"]) or done["checkoutErrors"]


@pytest.mark.parametrize("quantity", [-1, 51, 2**31 - 1])
def test_a_quantity_that_is_none_makes_no_checkout(api, town, quantity):
    line = {"variantId": gid("ProductVariant", town.honey.pk), "quantity": quantity}
    given = {"input": {**CHECKOUT, "email": town.employee.email, "lines": [line]}}
    with nothing_changes():
        answer = api.data(STEPS["create"], given, user=town.employee)["checkoutCreate"]
    assert answer["checkout"] is None
    assert codes(answer["checkoutErrors"])


def test_a_negative_quantity_changes_no_checkout(api, steps, town):
    steps.create((town.honey, 1))
    line = {"variantId": gid("ProductVariant", town.honey.pk), "quantity": -1}
    with nothing_changes():
        answer = api.data(
            STEPS["change"], {"id": steps.checkout, "lines": [line]}, user=town.employee
        )
    assert codes(answer["checkoutLinesUpdate"]["checkoutErrors"])


def test_a_checkout_without_lines_gets_no_hold(api, steps, town):
    steps.create((town.honey, 1))
    line = {"variantId": gid("ProductVariant", town.honey.pk), "quantity": 0}
    api.data(STEPS["change"], {"id": steps.checkout, "lines": [line]}, user=town.employee)
    assert refused_hold(steps) == [("EMPTY_CART", None)]


def test_a_lapsed_providers_product_is_not_bought(api, town, lapsed):
    wanted = purchase_input("of-a-lapsed-one", (town.honey, 1), (lapsed, 1), method="pick_up")
    with nothing_changes():
        answer = api.data(PURCHASE, wanted, user=town.employee)["purchaseCreate"]
    assert answer["purchase"] is None
    assert codes(answer["errors"]) == [("CHARTER_NOT_IN_FORCE", 2)]


def test_a_lapsed_providers_product_gets_no_hold(steps, town, lapsed):
    steps.create((town.honey, 1), (lapsed, 1))
    steps.deliver(town.pick_up)
    assert refused_hold(steps) == [("CHARTER_NOT_IN_FORCE", 2)]


def test_an_adhesion_that_ends_after_the_hold_stops_the_order(steps, town):
    steps.ready((town.honey, 1), method=town.pick_up)
    end(Adhesion.objects.get(provider=town.dairy))
    with nothing_changes():
        done = steps.complete()
    assert done["order"] is None
    assert codes(done["welfareErrors"]) == [("CHARTER_NOT_IN_FORCE", 1)]


def test_a_line_outside_the_plan_gets_no_hold(steps, town):
    ticket = variant(town.camps, "Bus ticket", 3500, warehouse=town.warehouse, code="d-bis")
    steps.create((town.honey, 1), (ticket, 1))
    steps.deliver(town.pick_up)
    assert refused_hold(steps) == [("LINE_OUTSIDE_PLAN", 2)]


@pytest.mark.parametrize(
    ("checkout", "wallet", "code"),
    [
        (gid("Checkout", "00000000-0000-0000-0000-000000000001"), None, "NOT_FOUND"),
        (gid("Checkout", "1"), None, "NOT_FOUND"),
        (gid("Order", 1), None, "INVALID_ID"),
        ("nonsense", None, "INVALID_ID"),
        ("", None, "INVALID_ID"),
        (None, gid("Wallet", 999_999), "NOT_FOUND"),
        (None, gid("Company", 1), "INVALID_ID"),
        (None, "nonsense", "INVALID_ID"),
    ],
)
def test_an_unknown_checkout_or_wallet_gets_no_hold(api, steps, town, checkout, wallet, code):
    steps.create((town.honey, 1))
    steps.deliver(town.pick_up)
    given = {"id": steps.checkout if checkout is None else checkout, "wallet": wallet}
    with nothing_changes():
        answer = api.data(HOLD, given, user=town.employee)["walletHoldCreate"]
    assert codes(answer["errors"]) == [(code, None)]
