"""In Chromium: the rest by card, paid, declined, proven to the bank, left; with and without
JavaScript."""

from __future__ import annotations

import re

import pytest

from marketplace.api.entities import to_global
from tests.journeys.browser import DESK, PHONE
from tests.storefront.cards import till
from tests.storefront.cards.till import CREDIT_CENTS


@pytest.fixture
def email(shop):
    return shop.buyer(CREDIT_CENTS)


def go_to_the_till(shop, watched, email, **facts):
    """The cart is filled by another browser of the same person, and its cookies come over."""
    visitor = shop.visitor(email)
    till.at_the_till(shop, visitor, **facts)
    watched.page.context.add_cookies(
        [
            {"name": one.name, "value": one.value, "domain": "127.0.0.1", "path": "/"}
            for one in visitor.cookies
        ]
    )
    watched.open("/cassa/conferma/")
    watched.picture("card till")


def pay_by_card(watched):
    watched.follow(watched.page.get_by_role("button", name=re.compile("con la carta")))
    watched.page.wait_for_url("**/c/pay/**")
    watched.picture("card page")


@pytest.mark.parametrize(
    ("size", "javascript"), [(PHONE, True), (DESK, True), (PHONE, False)], ids=str
)
def test_paid(shop, browsers, email, size, javascript):
    with browsers.visit(email, size=size, javascript=javascript) as watched:
        go_to_the_till(shop, watched, email)
        if javascript:  # which axe itself needs
            assert watched.violations() == []
            assert watched.overflow() == 0
        pay_by_card(watched)
        watched.page.get_by_label("Numero della carta").fill("4242 4242 4242 4242")
        watched.follow(watched.page.get_by_role("button", name=re.compile("^Paga [0-9]")))
        watched.page.wait_for_url("**/ricevuta/**")
        watched.picture("card receipt")
        assert "con la carta" in watched.page.inner_text("main")


def test_declined_then_another_card(shop, browsers, email):
    with browsers.visit(email) as watched:
        go_to_the_till(shop, watched, email)
        pay_by_card(watched)
        watched.follow(watched.page.get_by_role("button", name=re.compile("rifiutata")))
        watched.picture("card page declined")
        assert watched.page.get_by_role("alert").is_visible()
        watched.open(f"/carta/{id_of(shop, email)}/ritorno/")
        watched.picture("card refused")
        assert watched.violations() == []
        watched.follow(watched.page.get_by_role("link", name="Prova un'altra carta"))
        watched.follow(watched.page.get_by_role("button", name=re.compile("conferma")))
        watched.picture("card page asks")
        watched.follow(watched.page.get_by_role("button", name="Sì, sono io"))
        watched.page.wait_for_url("**/ricevuta/**")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=str)
def test_left(shop, browsers, email, size):
    with browsers.visit(email, size=size) as watched:
        go_to_the_till(shop, watched, email)
        pay_by_card(watched)
        watched.page.go_back()
        watched.page.reload()
        watched.picture("card till open")
        assert watched.violations() == []
        watched.follow(watched.page.get_by_role("link", name=re.compile("^Prosegui")))
        watched.follow(watched.page.get_by_role("link", name=re.compile("^Torna al negozio")))
        watched.page.wait_for_url("**/carta/*/")
        watched.picture("card nothing paid")
        assert watched.violations() == []
        watched.follow(watched.page.get_by_role("link", name="Torna all'ordine"))
        watched.page.get_by_role("button", name=re.compile("con la carta")).wait_for()


def test_the_page_that_waits_goes_on_by_itself(shop, browsers, email):
    with browsers.visit(email) as watched, browsers.visit(email) as other:
        go_to_the_till(shop, watched, email)
        pay_by_card(watched)
        there = watched.page.url
        watched.open(f"/carta/{id_of(shop, email)}/ritorno/")
        watched.picture("card waits")
        assert watched.violations() == []
        other.page.goto(there)
        other.follow(other.page.get_by_role("button", name=re.compile("Paga subito")))
        watched.page.wait_for_url("**/ricevuta/**")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=str)
def test_forbidden_by_law(shop, browsers, email, size):
    with browsers.visit(email, size=size) as watched:
        go_to_the_till(
            shop, watched, email, category_code="f", is_service=True, needs_packing=False
        )
        watched.picture("card forbidden")
        assert "DM 25.3.2016" in watched.page.inner_text("main")


def id_of(shop, email) -> str:
    return to_global("CardPayment", till.payment_of(shop, email).pk)
