"""The shelf: true to the second, whatever the order of things; and nobody's."""

from __future__ import annotations

import gzip
import threading
from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.utils import translation

from storefront.find import shelf as module
from storefront.find.shelf import OLDEST_SECONDS, Page, Shelf, mark, shelved


class Window:
    """What the API shows, and its stamp; a clock that moves when it is told to."""

    def __init__(self):
        self.now, self.price, self.asked = 100.0, 1, 0

    def stamp(self):
        self.asked += 1
        return str(self.price)

    def page(self):
        return HttpResponse(f"costs {self.price}")


@pytest.fixture
def window():
    return Window()


@pytest.fixture
def shelf(window):
    return Shelf(window.stamp, lambda: window.now)


def shown(shelf, window, key="list"):
    page, found = shelf.page(key, window.page)
    return page.filled({}).decode(), found


def test_a_page_lies_there_while_the_stamp_stays(shelf, window):
    assert shown(shelf, window) == ("costs 1", False)
    window.now += 3600
    assert shown(shelf, window) == ("costs 1", True)
    assert shown(shelf, window, "other") == ("costs 1", False)


def test_no_page_is_older_than_a_second_and_the_stamp_is_seldom_asked(shelf, window):
    asked = []
    for tick in range(400):
        window.now += 0.01
        if tick == 120:
            window.price, changed = 2, window.now
        if shown(shelf, window)[0] == "costs 1" and tick > 120:
            asked.append(window.now - changed)
    assert 0.1 < max(asked) < OLDEST_SECONDS < 1
    assert window.asked <= 9


def test_with_a_stamp_believed_for_ever_it_would_be_old(shelf, window, monkeypatch):
    monkeypatch.setattr(module, "ASK_AFTER_SECONDS", float("inf"))
    shown(shelf, window)
    window.price, window.now = 2, window.now + 60
    assert shown(shelf, window)[0] == "costs 1"


def test_what_was_read_before_a_change_is_not_kept_after_it(shelf, window):
    """While one reader's page is being made of the old, another has seen the new stamp."""

    def slowly():
        page = window.page()
        window.price, window.now = 2, window.now + 1
        assert shown(shelf, window, "other")[0] == "costs 2"
        return page

    page, _found = shelf.page("list", slowly)
    assert page.filled({}) == b"costs 1"
    assert shown(shelf, window) == ("costs 2", False)


def test_a_page_that_is_not_whole_is_not_kept(shelf, window):
    refused = HttpResponse("no", status=400)
    assert shelf.page("list", lambda: refused)[0].status == 400
    assert shown(shelf, window) == ("costs 1", False)


def test_one_thread_asks_while_the_stamp_is_young(shelf, window):
    shown(shelf, window)
    window.now += 0.6
    asking, go_on = threading.Event(), threading.Event()
    ask = shelf._ask

    def slow():
        asking.set()
        assert go_on.wait(10)
        return ask()

    shelf._ask = slow
    other = threading.Thread(target=shelf.stamp)
    other.start()
    assert asking.wait(10)
    assert shown(shelf, window) == ("costs 1", True)
    go_on.set()
    other.join()


@pytest.mark.parametrize("own", ["Àda & <Bea>", "x" * 5000, ""])
def test_packed_it_is_the_same(own):
    page = Page.of(HttpResponse(f"<p>{mark('name')}</p>" + "lago " * 9000 + mark("name") + "."))
    places = {"name": own}
    assert gzip.decompress(page.filled_and_packed(places)) == page.filled(places)
    assert page.filled(places).decode() == f"<p>{own}</p>" + "lago " * 9000 + own + "."
    assert len(page.filled_and_packed({"name": ""})) < 500


def reader(name, **headers):
    request = RequestFactory().get("/negozio/", **headers)
    request.COOKIES = {"sessione": f"secret of {name}"}
    request.person = SimpleNamespace(name=name, initials=name[0], email=f"{name}@example.com")
    request.token, request.theme, request.resolver_match = f"token of {name}", "", None
    return request


def greet(request):
    said = f"Hello {request.person.name}: {request.token} {request.COOKIES} {request.META}"
    return HttpResponse(said)


@pytest.fixture
def own_shelf(window, monkeypatch):
    own = Shelf(window.stamp, lambda: window.now)
    monkeypatch.setattr(module, "shelf", lambda: own)
    with override_settings(ROOMS=[]):
        yield own


def test_each_reader_gets_their_own_name_on_the_same_page(own_shelf):
    ada = shelved(reader("Ada", REMOTE_ADDR="10.1.2.3"), greet)
    bea = shelved(reader("Bea <b>"), greet)
    assert (ada["X-Shelf"], bea["X-Shelf"]) == ("made", "found")
    assert b"Hello Ada" in ada.content
    assert b"Hello Bea &lt;b&gt;" in bea.content
    for theirs in (b"Ada", b"token of", b"secret", b"10.1.2.3"):
        assert theirs not in bea.content


def test_a_page_made_of_a_readers_own_request_would_be_found_out(own_shelf, monkeypatch):
    """The twin: without the neutral request, the next reader sees the first one's things."""

    def not_neutral(request):
        request.cart_pieces = 0
        return request

    monkeypatch.setattr(module, "neutral_request", not_neutral)
    shelved(reader("Ada"), greet)
    assert b"Hello Ada: token of Ada" in shelved(reader("Bea"), greet).content


def test_own_things_are_asked_for_each_reader(own_shelf):
    def make(request):
        response = HttpResponse(f"pays: {mark('pay')}")
        response.facts = {"listing": 7}
        return response

    def own_of(name):
        return lambda facts: {"pay": f"wallet of {name} for {facts['listing']}"}

    ada = shelved(reader("Ada"), make, own_of("Ada"))
    bea = shelved(reader("Bea", HTTP_ACCEPT_ENCODING="gzip"), make, own_of("Bea"))
    assert ada.content == b"pays: wallet of Ada for 7"
    assert gzip.decompress(bea.content) == b"pays: wallet of Bea for 7"
    assert bea["Content-Encoding"] == "gzip"


def test_languages_looks_and_carts_have_pages_of_their_own(own_shelf):
    def seen(**changes):
        request = reader("Ada")
        for name, value in changes.items():
            setattr(request, name, value)
        return shelved(request, greet)["X-Shelf"]

    assert [seen(), seen()] == ["made", "found"]
    assert seen(theme="dark") == "made"
    with translation.override("it"):
        assert seen() == "made"
