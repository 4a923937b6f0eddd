"""Without a browser's help: offer, out to the card's page and back, for every end it may have."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from marketplace.ledger.selectors import wallet_balance
from tests.storefront.cards.till import CREDIT_CENTS, at_the_till, payment_of

VISA, DECLINED = "4242424242424242", "4000000000000341"


@pytest.fixture
def email(shop):
    return shop.buyer(CREDIT_CENTS)


@pytest.fixture
def visitor(shop, email):
    return shop.visitor(email, language="en")


@pytest.fixture
def away(shop, visitor):
    """On the card's page."""
    page = visitor.submit(at_the_till(shop, visitor), "/cassa/carta/")
    assert page.url.startswith(f"{shop.stripe}/c/pay/"), page.words
    return page


def credit_left(shop, email) -> int:
    payment = payment_of(shop, email)
    with shop.looking_in():
        return wallet_balance(payment.wallet_id).total_cents


def with_card(visitor, page, number):
    return visitor.post(page.url, {"number": number, "expires": "12/40", "cvc": "123"})


def test_the_till_offers_the_rest_by_card_and_lets_its_form_go_there(shop, visitor):
    page = at_the_till(shop, visitor)
    assert page.path == "/cassa/conferma/"
    assert "The rest by card" in page.words
    assert "€15.00" in page.words
    assert f"form-action 'self' {shop.stripe};" in page.headers["Content-Security-Policy"]
    assert page.form("/cassa/carta/").find("button").get_text().startswith("Pay €")


def test_paid_it_leads_to_the_receipt_and_the_cart_is_empty(shop, visitor, email, away):
    done = with_card(visitor, away, VISA)
    assert done.path.startswith("/ricevuta/")
    assert "by card" in done.words
    assert payment_of(shop, email).status == "paid"
    assert credit_left(shop, email) == 0
    assert "Your cart is empty" in visitor.get("/carrello/").words


def test_sent_twice_it_is_one_payment_and_after_paying_its_receipt(shop, visitor, email):
    till = at_the_till(shop, visitor)
    first, second = (visitor.submit(till, "/cassa/carta/") for _twice in range(2))
    assert first.url == second.url
    with_card(visitor, first, VISA)
    again = visitor.submit(till, "/cassa/carta/")
    assert again.path.startswith("/ricevuta/")


def test_declined_nothing_is_paid_and_it_can_be_tried_again(shop, visitor, email, away):
    assert with_card(visitor, away, DECLINED).status == 402
    payment = payment_of(shop, email)
    back = visitor.get(f"/carta/{gid_of(payment)}/ritorno/")
    assert "The card was refused" in back.words
    assert back.soup.find("a", href=payment.session_url)
    done = with_card(visitor, away, VISA)
    assert done.path.startswith("/ricevuta/")


def test_given_up_on_the_cards_page_all_is_as_before(shop, visitor, email, away):
    link = BeautifulSoup(away.text, "html.parser").find("a", class_="back")
    back = visitor.get(link["href"])
    assert "Nothing was paid" in back.words
    assert credit_left(shop, email) == CREDIT_CENTS
    again = visitor.get(back.soup.find("main").find("a", href="/cassa/conferma/")["href"])
    assert "The rest by card" in again.words


def test_the_back_button_shows_the_payment_that_is_open(shop, visitor, email, away):
    till = visitor.get("/cassa/conferma/")
    assert "A card payment is open" in till.words
    assert till.soup.find("a", href=away.url)
    given_up = visitor.submit(till, "/carta/")
    assert "Nothing was paid" in given_up.words
    assert credit_left(shop, email) == CREDIT_CENTS


def test_back_without_having_paid_the_page_waits_and_asks_again_by_itself(
    shop, visitor, email, away
):
    page = visitor.get(f"/carta/{gid_of(payment_of(shop, email))}/ritorno/")
    assert "We wait for the card's answer" in page.words
    assert page.soup.find("noscript").find("meta", {"http-equiv": "refresh"})
    assert page.soup.find(id="payment")["hx-trigger"] == "every 3s"
    with_card(visitor, away, VISA)
    fragment = visitor.session.get(page.url, headers={"HX-Request": "true"}, timeout=30)
    assert fragment.headers["HX-Redirect"].startswith("/ricevuta/")


def test_what_the_law_keeps_cards_off_is_explained(shop, visitor):
    page = at_the_till(shop, visitor, category_code="f", is_service=True, needs_packing=False)
    assert "No card for the rest" in page.words
    assert "DM 25.3.2016" in page.words
    assert not page.soup.find("form", action="/cassa/carta/")


def test_somebody_elses_payment_is_not_to_be_seen_nor_given_up(shop, email, visitor, away):
    other = shop.visitor(shop.buyer(CREDIT_CENTS), language="en")
    id = gid_of(payment_of(shop, email))
    for page in (f"/carta/{id}/", f"/carta/{id}/ritorno/", f"/carta/{id}/rinuncia/"):
        assert other.get(page).status == 404
    assert payment_of(shop, email).status == "open"


@pytest.mark.parametrize("id", ["x", "Q2FyZFBheW1lbnQ6MA==", "%00", "1"])
def test_an_address_that_names_nothing(visitor, id):
    assert visitor.get(f"/carta/{id}/").status in (400, 404)


def test_a_form_that_was_changed_buys_nothing(shop, visitor):
    till = at_the_till(shop, visitor)
    page = visitor.submit(till, "/cassa/carta/", order="forged")
    assert "nothing was bought" in page.words
    page = visitor.submit(till, "/cassa/carta/", card="0.50")
    assert "The card would pay" in page.words


def gid_of(payment) -> str:
    from marketplace.api.entities import to_global

    return to_global("CardPayment", payment.pk)
