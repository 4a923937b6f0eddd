"""Who gives the Fund something on top gives it from credit: a card pays for the purchase alone."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.ledger.verification import verify
from marketplace.refusals import Refusal
from marketplace.sales.models import Settlement
from marketplace.sales.reversals import Cause, order_refund
from plugins.solidarity_fund import levies
from plugins.solidarity_fund.models import LevyPledge, LevyPolicy
from tests import shopping
from tests.welfare_wallet.split import factories
from tests.welfare_wallet.split.conftest import stocked

PRICE, GIVEN = 2401, 99


def generous(credit_cents: int) -> Any:
    """A town whose employee rounds 24,01 up to 25,00, with so much credit."""
    town = stocked(shopping.build(credit_cents))
    town.more["tart"] = shopping.variant(
        town.dairy, "Tart", PRICE, code="c3", warehouse=town.warehouse, needs_packing=True
    )
    LevyPolicy.objects.update(employee_round_up=True)
    LevyPledge.objects.create(fund=town.fund, user=town.employee, share=False, round_up=True)
    levies.forget_shares()
    return town


@pytest.mark.parametrize("credit", [1, GIVEN - 1, GIVEN])
def test_credit_that_pays_no_more_than_the_gift_is_not_topped_up(db, credit):
    town = generous(credit)
    with pytest.raises(Refusal, match="CARD_NEEDS_CREDIT"):
        factories.reserved(town.employee, town.more["tart"], key="the-purchase")
    assert town.held_cents() == 0


def test_credit_that_pays_a_cent_more_is_and_all_of_it_comes_back(db):
    town = generous(GIVEN + 1)
    payment = factories.paid(town.employee, town.more["tart"], key="the-purchase")
    assert (payment.credit_cents, payment.card_cents) == (GIVEN + 1, PRICE - 1)
    assert Settlement.objects.get().card_cents == PRICE - 1
    assert order_refund(order_id=payment.order_id, cause=Cause("test")) == PRICE
    assert (town.credit_left(), payment.refunds.get().cents) == (GIVEN + 1, PRICE - 1)
    assert town.fund_cents() == 0
    assert verify() == []
