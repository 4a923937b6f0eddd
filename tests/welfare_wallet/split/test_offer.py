"""What a card would pay, as a checkout page asks before it offers."""

from __future__ import annotations

from marketplace.companies.models import PlanBudget
from marketplace.sales.models import Settlement
from tests.tables import contents
from tests.welfare_wallet.split import factories
from tests.welfare_wallet.split.shopper import clearing_cents


def test_it_says_who_would_pay_what_and_changes_nothing(shopper, town):
    shopper.offer((town.more["oil"], 1))  # opens the Fund's account
    before = contents()
    assert shopper.offer((town.more["oil"], 2)) == {
        "possible": True,
        "card": {"amount": 18.0},
        "credit": {"amount": 30.0},
        "reasons": [],
    }
    assert contents() == before


def test_it_says_why_not_by_line(shopper, town):
    offer = shopper.offer((town.more["oil"], 1), (town.more["yoga"], 1))
    assert not offer["possible"]
    assert [(why["code"], why["line"]) for why in offer["reasons"]] == [("CARD_NOT_ALLOWED", 2)]


def test_credit_that_is_enough_needs_no_card(shopper, town):
    offer = shopper.offer((town.more["oil"], 1))
    assert [why["code"] for why in offer["reasons"]] == ["CARD_NOT_NEEDED"]


def test_the_card_pays_what_goes_over_the_years_budget(town):
    """And what it pays is no spending of the budget's."""
    PlanBudget.objects.create(
        plan=town.plan, category_id="c3", limit_cents=1000, valid_from="2020-01-01"
    )
    factories.paid(town.employee, town.more["oil"], key="over-the-budget")
    settlement = Settlement.objects.get()
    assert (settlement.gross_cents, settlement.card_cents) == (2400, 1400)
    assert town.credit_left() == 2000
    assert clearing_cents() == 1400


def test_the_budget_is_used_up_by_what_credit_paid_and_freed_by_what_went_back(town):
    from marketplace.sales.spending import spent_by_category

    PlanBudget.objects.create(
        plan=town.plan, category_id="c3", limit_cents=1000, valid_from="2020-01-01"
    )
    payment = factories.paid(town.employee, town.more["oil"], key="over-the-budget")
    year = payment.created_at.year
    assert spent_by_category([town.wallet_id], year)[town.wallet_id]["c3"] == 1000
    from marketplace.sales.reversals import Cause, order_reverse

    order_reverse(order_id=payment.order_id, cents=1200, cause=Cause("half"))
    assert spent_by_category([town.wallet_id], year)[town.wallet_id]["c3"] == 500


def test_another_sum_than_was_shown_is_refused(shopper, town):
    made = shopper.create("other-sum", (town.more["oil"], 2), card="17.00")
    assert [error["code"] for error in made["errors"]] == ["CARD_AMOUNT_CHANGED"]
    made = shopper.create("other-sum", (town.more["oil"], 2), expectedTotal="47.00")
    assert [error["code"] for error in made["errors"]] == ["PRICE_CHANGED"]
    assert town.held_cents() == 0
