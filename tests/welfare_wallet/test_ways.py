"""Which wallet pays for what, and why not: by the rules of a purchase, for a page at a time."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.companies.services.budgets import plan_budget_set
from marketplace.people.actor import actor_of
from marketplace.shop import catalogue
from tests import shopping
from tests.companies import factories as companies
from tests.shopping import gid

WAYS = """query($listings: [ID!]!) { waysToPay(listings: $listings) {
  listingId walletId kind planName companyName credit { amount } pays code message } }"""
PREVIEW = """query($input: PurchasePreviewInput!) {
  purchasePreview(input: $input) { refusals { code } } }"""


def ways(api, user, *variants):
    listings = [gid("Listing", one.product.listing.pk) for one in variants]
    return api.data(WAYS, {"listings": listings}, user=user)["waysToPay"]


def test_each_wallet_with_each_article(api, town):
    found = ways(api, town.employee, town.honey, town.camp)
    assert [one["pays"] for one in found] == [True, True]
    assert found[0]["credit"]["amount"] == 200.0
    assert found[0]["companyName"] == "Officine Sebino"
    assert ways(api, companies.user(), town.honey) == []


@pytest.fixture
def outside(town):
    return shopping.variant(town.dairy, "Bus pass", 300, warehouse=town.warehouse, code="d-bis")


@pytest.fixture
def dear(town):
    return shopping.variant(town.dairy, "Bicycle", 90_000, warehouse=town.warehouse)


def test_it_says_why_not_as_a_purchase_would(api, town, outside, dear):
    for variant, code in ((outside, "LINE_OUTSIDE_PLAN"), (dear, "INSUFFICIENT_CREDIT")):
        (way,) = ways(api, town.employee, variant)
        assert (way["pays"], way["code"]) == (False, code)
        assert way["message"]
        line = {"variantId": gid("ProductVariant", variant.pk), "quantity": 1}
        preview = api.data(PREVIEW, {"input": {"lines": [line]}}, user=town.employee)
        assert code in {one["code"] for one in preview["purchasePreview"]["refusals"]}


def test_a_budget_that_is_used_up(api, town):
    plan_budget_set(
        actor=actor_of(companies.manager(town.company)),
        plan_id=town.plan.pk,
        category="f-bis",
        limit_cents=1_000,
    )
    found = ways(api, town.employee, town.honey, town.camp)
    assert {one["listingId"]: one["code"] for one in found} == {
        gid("Listing", town.honey.product.listing.pk): None,
        gid("Listing", town.camp.product.listing.pk): "CATEGORY_BUDGET_EXCEEDED",
    }


def test_what_is_not_offered_is_left_out(api, town):
    catalogue.products_unpublish([town.honey.product_id])
    assert ways(api, town.employee, town.honey) == []
    nothing = [gid("Listing", 2_000_000_000)]
    assert api.data(WAYS, {"listings": nothing}, user=town.employee)["waysToPay"] == []
    assert api.refused(WAYS, {"listings": [gid("Wallet", 1)]}, user=town.employee) == ["INVALID_ID"]
    many = [gid("Listing", number) for number in range(101)]
    assert api.refused(WAYS, {"listings": many}, user=town.employee) == ["TOO_MANY_LISTINGS"]
    assert api.refused(WAYS, {"listings": []}) == ["NOT_SIGNED_IN"]


@pytest.mark.parametrize("articles", [2, 20])
def test_a_page_costs_a_constant_number_of_statements(api, town, articles):
    made = [
        shopping.variant(town.dairy, f"Thing {n}", 100, warehouse=town.warehouse)
        for n in range(articles)
    ]
    assert all(one.product.listing for one in made)  # read before anything is counted
    with CaptureQueriesContext(connection) as captured:
        assert len(ways(api, town.employee, *made)) == articles
    statements = [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]
    # Saleor 3 asks for its site to sign a token.
    assert len(statements) <= 12, statements
