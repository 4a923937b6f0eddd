"""No page of the shop window is older than a second: price, stock, publication, charter."""

from __future__ import annotations

import time
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from marketplace.providers.models import Listing, ListingStatus
from marketplace.shop import catalogue
from plugins.ethics_charter.models import Adhesion

ONE_SECOND = 1.0


@pytest.fixture(scope="module")
def visitor(shop):
    return shop.visitor()


def product_of(name):
    return apps.get_model("product", "Product").objects.get(name__startswith=name)


@contextmanager
def priced(shop, name, cents):
    """The product of that name at another price, for the length of the block."""
    with shop.looking_in():
        key = product_of(name).pk
        before = catalogue.product_facts([key])[key].price_cents
        catalogue.product_update(key, price_cents=cents)
    try:
        yield
    finally:
        with shop.looking_in():
            catalogue.product_update(key, price_cents=before)


def wait_for(visitor, path, said, *, gone=False):
    """Seconds until the page says it (or no longer does); it was on the shelf before."""
    began = time.monotonic()
    while (said in visitor.get(path).text) is gone:
        assert time.monotonic() - began < 5, f"{path} never says {said!r}"
    return time.monotonic() - began


def warm(visitor, path):
    """The page, once it lies on the shelf."""
    for _try in range(10):
        page = visitor.get(path)
        if page.headers["X-Shelf"] == "found":
            return page
    raise AssertionError(f"{path} is never found on the shelf")


LIST = "/negozio/?q=stagionato"


@pytest.fixture(scope="module")
def article(visitor):
    return visitor.get(LIST).soup.select_one("#results article a")["href"]


@pytest.mark.parametrize("page", ["list", "article"])
def test_a_price(shop, visitor, article, page):
    path = LIST if page == "list" else article
    warm(visitor, path)
    with priced(shop, "Stagionato", 7777):
        assert wait_for(visitor, path, "77,77") <= ONE_SECOND
    assert wait_for(visitor, path, "77,77", gone=True) <= ONE_SECOND


def test_a_price_that_the_stamp_did_not_count_would_stay_old(shop, visitor, article):
    """The twin: without the window's triggers the page stays on the shelf."""
    warm(visitor, article)
    tables = list(catalogue.SHOWN_TABLES)
    each = "FROM unnest(%s::regclass[]) AS shown"
    with shop.looking_in(), connection.cursor() as cursor:
        cursor.execute(f"SELECT window_unwatch(shown) {each}", [tables])
    try:
        with priced(shop, "Stagionato", 6666):
            time.sleep(1.2)
            assert "66,66" not in warm(visitor, article).text
    finally:
        with shop.looking_in(), connection.cursor() as cursor:
            cursor.execute(f"SELECT window_watch(shown) {each}", [tables])


def test_the_last_piece(shop, visitor, article):
    warm(visitor, article)
    with shop.looking_in():
        stock = apps.get_model("warehouse", "Stock").objects.filter(
            product_variant__product=product_of("Stagionato")
        )
        before = stock.get().quantity
        stock.update(quantity=0)
    try:
        assert wait_for(visitor, article, "Esaurito") <= ONE_SECOND
    finally:
        with shop.looking_in():
            stock.update(quantity=before)


def test_a_listing_that_is_withdrawn(shop, visitor, article):
    warm(visitor, LIST)
    with shop.looking_in():
        listing = Listing.objects.filter(product=product_of("Stagionato"))
        listing.update(status=ListingStatus.WITHDRAWN.value)
    try:
        assert wait_for(visitor, LIST, article, gone=True) <= ONE_SECOND
        assert visitor.get(article).status == 404
    finally:
        with shop.looking_in():
            listing.update(status=ListingStatus.PUBLISHED.value)


def test_a_charter_that_is_withdrawn(shop, visitor):
    """For good: of a provider that no other test looks at."""
    path = visitor.get("/negozio/?q=bilancio+casa").soup.select_one("#results article a")["href"]
    assert "Carta etica firmata" in warm(visitor, path).text
    with shop.looking_in():
        Adhesion.objects.filter(provider__listings__product=product_of("Bilancio")).update(
            withdrawn_at=timezone.now(), withdrawn_from=timezone.localdate(), withdrawn_why="Test"
        )
    assert wait_for(visitor, path, "Non in vendita") <= ONE_SECOND
