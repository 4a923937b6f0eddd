"""Orders, filters and their counts; a constant number of statements for all of them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.api.entities import to_global
from tests.ethics_charter import factories as charters
from tests.providers import factories as make
from tests.window.factories import offer

LIST = """query($filter: ListingFilterInput, $sort: ListingSort, $first: Int!, $after: String) {
  listings(first: $first, after: $after, filter: $filter, sort: $sort) {
    pageInfo { endCursor hasNextPage } edges { node { name } } } }"""
FACETS = """query($filter: ListingFilterInput) { listingFacets(filter: $filter) {
  total madeBySfa services goods lowestPrice { amount } highestPrice { amount }
  categories { count category { code name } } providers { count provider { name } }
  comuni { count km comune { name } } origins { count comune { name } } } }"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def far(charter):
    provider = make.provider("Caseificio", make.comune("Sarnico", 45.67, 9.96))
    charters.signed(provider, charter)
    return provider


@pytest.fixture
def shop(baker, far):
    offer(baker, "Pane", price_cents=300, production_comune_id=baker.comune_id)
    offer(baker, "Corso", price_cents=5000, category_code="f-bis", is_service=True, stock=None)
    offer(far, "Formaggella", price_cents=1200, made_by_sfa=True)
    offer(far, "Ricotta", price_cents=300)


def names(api, sort=None, first=50, **wanted):
    return _pages(api, {"filter": wanted, "sort": sort, "first": first})


def _pages(api, variables):
    listed, after = [], None
    while True:
        page = api.data(LIST, {**variables, "after": after})["listings"]
        listed += [edge["node"]["name"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return listed
        after = page["pageInfo"]["endCursor"]


def near(place, km=None):
    return {"comune": to_global("Comune", place.pk), **({"km": km} if km else {})}


@pytest.mark.parametrize("first", [1, 50])
def test_orders_and_their_pages(api, shop, baker, far, first):
    assert names(api, first=first) == ["Ricotta", "Formaggella", "Corso", "Pane"]
    by_price = ["Ricotta", "Pane", "Formaggella", "Corso"]
    assert names(api, "PRICE", first) == by_price
    assert names(api, "PRICE_DESC", first) == ["Corso", "Formaggella", "Ricotta", "Pane"]
    by_distance = ["Ricotta", "Formaggella", "Corso", "Pane"]
    assert names(api, "DISTANCE", first, near=near(far.comune)) == by_distance
    assert names(api, "DISTANCE", first, near=near(baker.comune)) == [
        *by_distance[2:],
        *by_distance[:2],
    ]
    assert names(api, "DISTANCE", first) == names(api, "NEW")


def test_filters_of_price_origin_and_place(api, shop, baker, far):
    assert names(api, price={"gte": "3.00", "lte": "12.00"}) == ["Ricotta", "Formaggella", "Pane"]
    assert names(api, price={"gte": "12.01"}) == ["Corso"]
    assert names(api, origin=to_global("Comune", baker.comune_id)) == ["Pane"]
    assert names(api, comune=to_global("Comune", far.comune_id)) == ["Ricotta", "Formaggella"]
    assert names(api, near=near(far.comune, 5.0)) == ["Ricotta", "Formaggella"]
    assert api.refused(LIST, {"first": 1, "filter": {"price": {"gte": "0.001"}}}) == [
        "INVALID_AMOUNT"
    ]


def counts(rows, kind, name):
    return {row[kind][name]: row["count"] for row in rows}


def facets(api, **wanted):
    return api.data(FACETS, {"filter": wanted})["listingFacets"]


def test_each_count_is_what_its_filter_would_leave(api, shop, baker, far):
    every = facets(api)
    assert counts(every["categories"], "category", "code") == {"f": 3, "f-bis": 1}
    assert counts(every["providers"], "provider", "name") == {"Caseificio": 2, "Forno di Lovere": 2}
    assert counts(every["comuni"], "comune", "name") == {"Lovere": 2, "Sarnico": 2}
    assert counts(every["origins"], "comune", "name") == {"Lovere": 1}
    assert (every["total"], every["madeBySfa"], every["services"], every["goods"]) == (4, 1, 1, 3)
    assert (every["lowestPrice"]["amount"], every["highestPrice"]["amount"]) == (3.0, 50.0)

    some = facets(api, category="f", near=near(far.comune, 5.0), price={"lte": "5"})
    assert (
        some["total"]
        == 1
        == len(names(api, category="f", near=near(far.comune, 5.0), price={"lte": "5"}))
    )
    # Its own filter does not narrow a count.
    assert counts(some["comuni"], "comune", "name") == {"Lovere": 1, "Sarnico": 1}
    assert [row["km"] for row in some["comuni"] if row["comune"]["name"] == "Sarnico"] == [0.0]
    assert counts(some["categories"], "category", "code") == {"f": 1}
    assert some["highestPrice"]["amount"] == 12.0
    assert facets(api, search="nothing")["lowestPrice"] is None


@pytest.mark.parametrize("rows", [3, 30])
def test_counting_costs_a_constant_number_of_statements(api, baker, far, rows):
    for number in range(rows):
        offer(baker if number % 2 else far, f"Thing {number}", price_cents=100 + number)
    with CaptureQueriesContext(connection) as captured:
        facets(api, search="thing", near=near(far.comune, 50.0))
    statements = [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]
    assert len(statements) <= 6, statements


def test_a_listing_by_its_slug(api, shop):
    one = "query($slug: String, $id: ID) { listing(slug: $slug, id: $id) { id slug name } }"
    first = api.data("{ listings(first: 1) { edges { node { id slug } } } }")["listings"]["edges"]
    slug, gid = first[0]["node"]["slug"], first[0]["node"]["id"]
    assert api.data(one, {"slug": slug})["listing"]["id"] == gid
    assert api.refused(one, {"slug": "nothing-like-this"}) == ["NOT_FOUND"]
    assert api.refused(one, {"slug": "x" * 5000}) == ["NOT_FOUND"]
    assert api.refused(one) == ["ID_OR_SLUG"]
    assert api.refused(one, {"slug": slug, "id": gid}) == ["ID_OR_SLUG"]
