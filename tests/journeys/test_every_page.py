"""Each page of the URL map, in Chromium: accessible, ours alone, light, in both languages."""

from __future__ import annotations

import pytest

from tests.journeys.browser import DESK, PHONE
from tests.journeys.places import PLACES, path_of, places, routes, unreached
from tests.storefront.shop import EMPLOYEE, OTHER_EMPLOYEE

# Each language in each width and each look, without going through all eight.
LOOKS = {
    "it": [(PHONE, "light"), (DESK, "dark")],
    "en": [(DESK, "light"), (PHONE, "dark")],
}
LARGEST_HTML_BYTES, LARGEST_PAGE_BYTES = 60_000, 150_000
EVERY = places()


def named(every):
    return [name for name, _place in every]


def test_every_page_can_be_reached():
    assert not unreached(), "say in tests/journeys/places.py how one comes there"


def test_the_table_names_no_page_that_has_gone():
    assert set(PLACES) <= set(routes())


def test_a_page_that_nobody_can_reach_would_be_found(monkeypatch):
    monkeypatch.setattr("tests.journeys.places.routes", lambda: {"new:page": "/nuova/<int:id>/"})
    assert unreached() == ["new:page"]


SPOKEN = [(name, place, language) for name, place in EVERY for language in place.languages]


@pytest.mark.parametrize(
    ("name", "place", "language"), SPOKEN, ids=[f"{name} {tongue}" for name, _p, tongue in SPOKEN]
)
def test_a_page(browsers, shop, name, place, language):
    path = path_of(place, shop)
    size, scheme = LOOKS[language][0]
    who = EMPLOYEE if place.signed_in else ""
    with browsers.visit(who, language=language, size=size, scheme=scheme) as seen:
        answer = seen.open(path)
        assert answer.status == 200, path
        assert seen.page.get_attribute("html", "lang") == language
        assert len(answer.body()) <= LARGEST_HTML_BYTES
        for size, scheme in LOOKS[language]:
            seen.page.set_viewport_size(size)
            seen.page.emulate_media(color_scheme=scheme)
            seen.picture(f"{name}_{language}_{scheme}")
            assert not seen.violations(), (path, size, scheme)
            assert seen.overflow() <= 0, (path, size)
        assert not seen.said
        assert not seen.elsewhere
        assert sum(seen.bytes_by_url.values()) <= LARGEST_PAGE_BYTES, seen.bytes_by_url


PRIVATE = [(name, place) for name, place in EVERY if place.signed_in]


@pytest.mark.parametrize(("name", "place"), PRIVATE, ids=named(PRIVATE))
def test_a_page_shows_nobody_what_is_another_s(shop, secrets, name, place):
    """The same address, opened by a colleague and by nobody."""
    path = path_of(place, shop)
    for other in (shop.visitor(OTHER_EMPLOYEE), shop.visitor()):
        shown = other.get(path)
        assert not [one for one in secrets if one in shown.text], path


@pytest.fixture(scope="module")
def secrets(shop):
    """What only the employee may read: their name, address, and the numbers of their orders."""
    from marketplace.sales.models import Settlement

    with shop.looking_in():
        orders = Settlement.objects.filter(user__email=EMPLOYEE).exclude(order_number="")
        numbers = [f"#{number}<" for number in orders.values_list("order_number", flat=True)]
    return [EMPLOYEE, "Bonomelli", *numbers]


def test_the_employee_s_own_pages_do_show_it(shop, secrets):
    """The twin: the same search finds them where they belong."""
    visitor = shop.visitor(EMPLOYEE)
    own = "".join(visitor.get(path).text for path in ("/profilo/", "/ordini/"))
    assert EMPLOYEE in own
    assert "Bonomelli" in own
