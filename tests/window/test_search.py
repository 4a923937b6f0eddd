"""Words of people: in any ending, without accents, with typing errors; always of what is true."""

from __future__ import annotations

import pytest
from django.db import connection

from marketplace.people.models import Organisation
from marketplace.providers.listings import listing_update, listing_withdraw
from marketplace.window.models import Searchable
from tests.engine.installed import goods
from tests.ethics_charter import factories as charters
from tests.providers import factories as make
from tests.window.factories import offer

FOUND = """query($search: String, $sort: ListingSort) {
  listings(first: 50, filter: {search: $search}, sort: $sort) { edges { node { name } } } }"""

pytestmark = pytest.mark.django_db


def found(api, search, sort="RELEVANCE"):
    edges = api.data(FOUND, {"search": search, "sort": sort})["listings"]["edges"]
    return [edge["node"]["name"] for edge in edges]


@pytest.fixture
def shop(baker, charter):
    dairy = make.provider("Caseificio Camònego", make.comune("Sovere", 45.82, 10.02))
    charters.signed(dairy, charter)
    offer(dairy, "Formaggella della Val Cavallina", description="Latte crudo di due mungiture.")
    offer(baker, "Pane di segale", provenance="Segale di Riva di Solto")
    offer(baker, "Biscotti al miele")
    offer(baker, "Città dei bambini", is_service=True, stock=None)
    offer(dairy, "Miele di castagno")


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("formaggelle", ["Formaggella della Val Cavallina"]),
        ("PANI", ["Pane di segale"]),
        ("citta bambino", ["Città dei bambini"]),
        ("camonego", ["Miele di castagno", "Formaggella della Val Cavallina"]),
        ("latte crudo", ["Formaggella della Val Cavallina"]),
        ("il pane di segale", ["Pane di segale"]),
        ("miele castagno", ["Miele di castagno"]),
        ("pane miele", []),
        ("riva", ["Pane di segale"]),
        ("'; DROP TABLE x; --", []),
        ("& | ! ( ) : * <->", []),
    ],
)
def test_words_are_found_in_any_ending(api, shop, search, names):
    assert sorted(found(api, search)) == sorted(names)


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("formagella", "Formaggella della Val Cavallina"),
        ("formagg", "Formaggella della Val Cavallina"),
        ("segle", "Pane di segale"),
        ("mielle castagno", "Miele di castagno"),
        ("casificio", "Miele di castagno"),
        ("biscoti", "Biscotti al miele"),
    ],
)
def test_typing_errors_are_forgiven(api, shop, search, name):
    assert name in found(api, search)


def test_a_word_that_is_there_is_taken_at_its_word(api, shop):
    """Only what no listing holds is taken for a typing error."""
    assert found(api, "miele") == ["Miele di castagno", "Biscotti al miele"]
    assert found(api, "xyzzy plugh") == []


def test_what_is_hidden_does_not_make_a_typing_error_right(api, shop, baker):
    hidden = offer(baker, "Formagella")
    listing_withdraw(actor=charters.manager_of(baker), listing_id=hidden.pk)
    assert found(api, "formagella") == ["Formaggella della Val Cavallina"]


def test_a_word_in_the_name_comes_before_one_in_the_text(api, baker):
    offer(baker, "Torta", description="Con noci e miele")
    offer(baker, "Noci")
    offer(baker, "Crostata", description="Con noci")
    assert found(api, "noci")[0] == "Noci"


def test_the_words_follow_every_change(api, baker):
    listing = offer(baker, "Pane")
    actor = charters.manager_of(baker)
    listing_update(actor=actor, listing_id=listing.pk, changes={"name": "Focaccia"})
    assert (found(api, "pane"), found(api, "focaccia")) == ([], ["Focaccia"])
    # By Saleor's own staff, past our services.
    goods.product_reword(listing.product_id, name="Grissini", description="Con il rosmarino")
    assert (found(api, "focaccia"), found(api, "rosmarino")) == ([], ["Grissini"])
    for cents, pricing in enumerate(goods.PRICINGS, 700):
        pricing(listing.product_id, cents)
        assert Searchable.objects.get(pk=listing.pk).price_cents == cents
    Organisation.objects.filter(pk=baker.pk).update(name="Panetteria Baglioni")
    assert (found(api, "forno"), found(api, "baglioni")) == ([], ["Grissini"])
    type(baker).objects.filter(pk=baker.pk).update(comune=make.comune("Bossico", 45.83, 10.04))
    assert found(api, "bossico") == ["Grissini"]
    type(baker.comune).objects.filter(name="Bossico").update(name="Bossico Alto")
    assert found(api, "alto") == ["Grissini"]
    listing_update(actor=actor, listing_id=listing.pk, changes={"provenance": "Farina di Endine"})
    assert found(api, "endine") == ["Grissini"]


def test_a_long_search_is_refused(api):
    assert api.refused(FOUND, {"search": "pane " * 1000}) == ["SEARCH_TOO_LONG"]


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ("document @@ plainto_tsquery('welfare_italian', 'pane')", "searchable_document"),
        ("words %> 'panne'", "searchable_words"),
        ("price_cents BETWEEN 100 AND 200", "searchable_price"),
    ],
)
def test_the_indexes_can_answer(condition, index):
    def plan():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN SELECT listing_id FROM window_searchable WHERE {condition}")
            return "\n".join(row[0] for row in cursor.fetchall())

    assert index in plan()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {index}")
    assert index not in plan()
