"""Orders in the browser: how far they are, what came back, and cancelling once."""

from __future__ import annotations

import pytest

from marketplace.providers.fulfilment import provider_order_accept, provider_order_refuse
from storefront.after.orders import refund_shown
from tests.storefront.after.buying import CHEESE, SWIMMING, buy, credit_left, in_shop
from tests.storefront.shop import EMPLOYEE

CHEESE_CENTS, DELIVERY_CENTS = 1890, 350


@pytest.fixture
def bought(shop):
    return buy(shop, shop.buyer(), CHEESE)


def test_the_list_says_what_where_and_how_far(shop, bought):
    shown = shop.visitor(bought.email).get("/ordini/")
    assert "Formaggella" in shown.words
    assert "Caseificio Malga Alta" in shown.words
    assert "In attesa del fornitore" in shown.words
    assert f'href="/ordini/{bought.number}/"' in shown.text


def test_the_page_says_who_does_what_next_and_nobody_s_name(shop, bought):
    shown = shop.visitor(bought.email).get(f"/ordini/{bought.number}/")
    assert shown.status == 200
    for words in ("Caseificio Malga Alta deve accettarlo", "Preparato dallo SFA", "Annulla"):
        assert words in shown.words
    assert "22,40" in shown.words
    in_shop(
        shop,
        lambda: provider_order_accept(actor=bought.manager(), provider_order_id=bought.part_id),
    )
    later = shop.visitor(bought.email).get(f"/ordini/{bought.number}/")
    assert "In preparazione" in later.words
    assert "Annulla questa parte" not in later.words


def test_cancelling_gives_credit_and_delivery_back_and_says_until_when(shop, bought):
    visitor, before = shop.visitor(bought.email), credit_left(shop, bought.email)
    page = visitor.get(f"/ordini/{bought.number}/")
    after = visitor.submit(page, f"/ordini/{bought.number}/annulla/")
    assert after.path == f"/ordini/{bought.number}/"
    assert "è annullato. 18,90" in after.words
    assert "sono di nuovo nel tuo credito" in after.words
    assert "Annullato da te" in after.words
    assert "da spendere entro il" in after.words
    assert "3,50\xa0€ di consegna" in after.words or "3,50 € di consegna" in after.words
    assert credit_left(shop, bought.email) == before + CHEESE_CENTS + DELIVERY_CENTS
    # The back button, and a second click on the page as it was.
    again = visitor.submit(page, f"/ordini/{bought.number}/annulla/")
    assert again.status == 200
    assert "Annullato da te" in again.words
    assert credit_left(shop, bought.email) == before + CHEESE_CENTS + DELIVERY_CENTS


def test_too_late_is_said_and_nothing_moves(shop, bought):
    visitor, before = shop.visitor(bought.email), credit_left(shop, bought.email)
    page = visitor.get(f"/ordini/{bought.number}/")
    in_shop(
        shop,
        lambda: provider_order_accept(actor=bought.manager(), provider_order_id=bought.part_id),
    )
    after = visitor.submit(page, f"/ordini/{bought.number}/annulla/")
    assert after.soup.select(".notice-bad")
    assert "In preparazione" in after.words
    assert credit_left(shop, bought.email) == before


def test_a_refusal_shows_the_provider_s_words_and_the_credit(shop, bought):
    in_shop(
        shop,
        lambda: provider_order_refuse(
            actor=bought.manager(), provider_order_id=bought.part_id, why="Il latte è finito"
        ),
    )
    shown = shop.visitor(bought.email).get(f"/ordini/{bought.number}/")
    for words in ("Rifiutato dal fornitore", "Il latte è finito", "da spendere entro il"):
        assert words in shown.words


def test_what_a_card_paid_goes_back_to_the_card_and_is_not_called_credit():
    def euro(amount):
        return {"amount": amount, "currency": "EUR"}

    shown = refund_shown({"amount": euro(18.9), "toCard": euro(8.4), "cause": "cancelled"})
    assert (shown["in_credit"], shown["on_card"]) == (10.5, 8.4)


def test_a_form_that_was_tampered_with_cancels_nothing(shop, bought):
    other = buy(shop, shop.buyer(), SWIMMING)
    visitor, before = shop.visitor(bought.email), credit_left(shop, other.email)
    page = visitor.get(f"/ordini/{bought.number}/")
    from marketplace.api.entities import to_global

    for part in (to_global("PurchasePart", other.part_id), "nonsense", "x" * 5_000, ""):
        after = visitor.submit(page, f"/ordini/{bought.number}/annulla/", part=part)
        assert after.status == 200
        assert "In attesa del fornitore" in after.words
    assert credit_left(shop, other.email) == before
    assert in_shop(shop, lambda: other.part().status) == "placed"
    forged = visitor.post(f"/ordini/{bought.number}/annulla/", {"part": "x"})
    assert forged.status == 403


def test_nobody_sees_anothers(shop, bought):
    stranger = shop.visitor(shop.buyer())
    assert stranger.get(f"/ordini/{bought.number}/").status == 404
    assert "Formaggella" not in stranger.get("/ordini/").words
    assert "Non hai ancora comprato nulla" in stranger.get("/ordini/").words
    assert shop.visitor().get(f"/ordini/{bought.number}/").path.startswith("/accesso/")


def test_pages_of_the_list_hold_every_order_once(shop):
    email = shop.buyer(100_000)
    numbers = {buy(shop, email, "yogurt-di-montagna-6-vasetti").number for _order in range(12)}
    visitor = shop.visitor(email)
    first = visitor.get("/ordini/")
    onward = first.soup.select_one('a[rel="next"]')
    second = visitor.get(f"/ordini/{onward['href']}")
    listed = [
        anchor["href"].split("/")[2]
        for page in (first, second)
        for anchor in page.soup.select("a.cover")
    ]
    assert sorted(listed) == sorted(numbers)
    back = second.soup.select_one('a[rel="prev"]')
    assert visitor.get(f"/ordini/{back['href']}").words == first.words
    assert visitor.get("/ordini/?dopo=nonsense").status == 400


def test_the_demo_employee_has_an_order_in_every_state(shop):
    words = shop.visitor(EMPLOYEE).get("/ordini/").words
    for status in ("In attesa del fornitore", "Buono da usare", "Concluso", "Rifiutato"):
        assert status in words
