"""The lists that anybody sees: filters, seals, stock, and a constant number of statements."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.api.entities import to_global
from marketplace.providers.listings import listing_withdraw
from marketplace.shop import catalogue
from plugins.ethics_charter.models import Adhesion
from tests import shopping
from tests.ethics_charter import factories as charters
from tests.providers import factories as make
from tests.window.factories import offer

LISTINGS = """query($first: Int!, $filter: ListingFilterInput) {
  listings(first: $first, filter: $filter) { totalCount edges { node {
    id name slug price { amount currency } categoryCode availableQuantity isAvailable pictureUrl
    pictureAlt charterInForce provider { id name comune { name } } } } } }"""
pytestmark = pytest.mark.django_db


def names(api, **wanted):
    listings = api.data(LISTINGS, {"first": 50, "filter": wanted})["listings"]
    assert listings["totalCount"] == len(listings["edges"])
    return {edge["node"]["name"] for edge in listings["edges"]}


def test_only_what_is_offered_is_seen(api, baker):
    offer(baker, "Pane")
    offer(baker, "Draft", publish=False)
    withdrawn = offer(baker, "Withdrawn")
    listing_withdraw(actor=charters.manager_of(baker), listing_id=withdrawn.pk)
    hidden = offer(baker, "Hidden by Saleor's staff")
    catalogue.products_unpublish([hidden.product_id])
    assert names(api) == {"Pane"}


def test_filters(api, baker, charter):
    far = make.provider("Caseificio", make.comune("Sarnico", 45.67, 9.96))
    charters.signed(far, charter)
    offer(baker, "Pane di segale", category_code="c3")
    offer(baker, "Doposcuola", category_code="f-bis", is_service=True, stock=None)
    offer(far, "Formaggella", made_by_sfa=True)
    lovere = to_global("Comune", baker.comune_id)
    assert names(api, category="c3") == {"Pane di segale"}
    assert names(api, category="none") == set()
    assert names(api, provider=to_global("Provider", far.pk)) == {"Formaggella"}
    assert names(api, search="SEGALE pane") == {"Pane di segale"}
    assert names(api, search="caseificio") == {"Formaggella"}
    assert names(api, search="100%") == set()
    assert names(api, madeBySfa=True) == {"Formaggella"}
    assert names(api, isService=True) == {"Doposcuola"}
    assert names(api, near={"comune": lovere, "km": 5}) == {"Pane di segale", "Doposcuola"}
    assert len(names(api, near={"comune": lovere, "km": 50})) == 3


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"provider": "nonsense"}, "INVALID_ID"),
        ({"search": "x" * 101}, "SEARCH_TOO_LONG"),
        ({"near": {"comune": to_global("Comune", 0), "km": 5}}, "NOT_FOUND"),
        ({"near": {"comune": to_global("Comune", 1), "km": 0}}, "INVALID_DISTANCE"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(api, wanted, code):
    assert api.refused(LISTINGS, {"first": 5, "filter": wanted}) == [code]


def test_a_row_shows_price_stock_picture_and_seal(api, town):
    loaf = shopping.variant(town.dairy, "Loaf", 650, warehouse=town.warehouse, stock=5)
    bought = shopping.purchase_input("two-of-five", (loaf, 2))
    api.data(shopping.PURCHASE, bought, user=town.employee)
    catalogue.picture_add(loaf.product_id, picture="products/pane.png", alt="A loaf")
    asked = {"first": 1, "filter": {"search": "loaf"}}
    node = api.data(LISTINGS, asked)["listings"]["edges"][0]["node"]
    assert node["availableQuantity"] == 3
    assert node["price"] == {"amount": 6.5, "currency": "EUR"}
    assert node["pictureUrl"] == "http://testserver/media/products/pane.png"
    assert (node["pictureAlt"], node["charterInForce"]) == ("A loaf", True)
    Adhesion.objects.update(withdrawn_at=timezone.now(), withdrawn_from=timezone.localdate())
    node = api.data(LISTINGS, asked)["listings"]["edges"][0]["node"]
    assert node["charterInForce"] is False


@pytest.mark.parametrize("rows", [5, 50])
def test_a_page_costs_four_statements_however_long(api, charter, rows):
    for _ in range(5):
        provider = make.provider()
        charters.signed(provider, charter)
        for number in range(rows // 5):
            offer(provider, f"Thing {number}")
    with CaptureQueriesContext(connection) as captured:
        listings = api.data(LISTINGS.replace("totalCount", ""), {"first": 50})["listings"]
    assert len(listings["edges"]) == rows
    statements = [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]
    assert len(statements) <= 4, statements
