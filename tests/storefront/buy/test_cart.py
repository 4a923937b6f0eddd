"""The cart: several providers in it, changed and emptied, explained where something is wrong."""

from __future__ import annotations

import pytest

from tests.storefront.buy.till import (
    MAKER,
    OTHER_MAKER,
    article,
    on,
    post,
    put,
    service,
    set_cookie,
    signed_in,
)
from tests.storefront.visitor import filled


def press_remove(visitor, page):
    """The first line's button, which sends the line's form elsewhere."""
    button = page.soup.select_one("#remove-1")
    return visitor.post(button["formaction"], filled(page.form("/carrello/cambia/")))


def sections(page) -> list[str]:
    return [one["aria-label"] for one in page.soup.select("#cart section.card")]


def test_a_cart_of_several_providers_is_shown_in_parts(shop):
    honey, camp = article(shop), service(shop)
    page = on(signed_in(shop), (honey, 2), (camp, 1))
    assert sections(page) == [MAKER, OTHER_MAKER, "Riepilogo"]
    for said in (honey.name, "17,00 €", camp.name, "45,00 €", "62,00 €", "Fondo di Solidarietà"):
        assert said in page.words
    assert page.soup.select_one("#cart-count-top").get_text(" ", strip=True) == "3 3 pezzi"


def test_an_empty_cart_shows_the_way_to_the_shop(shop):
    assert "Il carrello è vuoto" in signed_in(shop).get("/carrello/").words


def test_less_more_and_a_written_number(shop):
    honey = article(shop)
    visitor = signed_in(shop)
    page = on(visitor, (honey, 2))

    def change(page, **more):
        return visitor.submit(page, "/carrello/cambia/", **more)

    page = change(page, step="more")
    assert "25,50 €" in page.words
    page = change(page, step="less")
    assert "17,00 €" in page.words
    page = change(page, quantity="7", step="set")
    assert "59,50 €" in page.words
    assert page.path == "/carrello/"


def test_htmx_gets_the_part_that_changes_and_the_count(shop):
    honey = article(shop)
    visitor = signed_in(shop)
    on(visitor, (honey, 1))
    data = {
        "csrfmiddlewaretoken": visitor.cookies["csrftoken"],
        "variant": honey.variant,
        "quantity": "3",
    }
    part = visitor.post("/carrello/cambia/", data, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert part.soup.select_one("#cart")
    assert "25,50 €" in part.words
    counted = part.soup.select("[hx-swap-oob]")
    assert [one["id"] for one in counted] == ["cart-count-top", "cart-count-thumb"]
    assert "25,50 €" in visitor.get("/carrello/").words


def test_what_was_removed_can_be_put_back(shop):
    honey, bread = article(shop), article(shop, 300, of=OTHER_MAKER)
    visitor = signed_in(shop)
    page = on(visitor, (honey, 4), (bread, 1))
    page = press_remove(visitor, page)
    assert f"«{honey.name}» è fuori dal carrello" in page.words
    assert sections(page) == [OTHER_MAKER, "Riepilogo"]
    page = visitor.submit(page, "/carrello/rimetti/")
    assert "34,00 €" in page.words
    assert "è fuori dal carrello" not in page.words


@pytest.mark.parametrize("quantity", ["0", "-3", "1.5", "tanti", "9" * 30, "٣"])
def test_what_is_no_quantity_is_refused_and_changes_nothing(shop, quantity):
    honey = article(shop)
    visitor = signed_in(shop)
    page = on(visitor, (honey, 2))
    page = visitor.submit(page, "/carrello/cambia/", quantity=quantity, step="set")
    assert "Scrivi quanti ne vuoi con un numero intero" in page.words
    assert "17,00 €" in page.words


def test_ten_thousand_are_refused_beside_the_line(shop):
    honey = article(shop)
    page = on(signed_in(shop), (honey, 10_000))
    (told,) = page.soup.select(".cart-told .field-error")
    assert told.get_text(" ", strip=True) == "La quantità va da 1 a 50."
    assert not page.soup.select('a[href="/cassa/"]')
    assert honey.name in page.words


def test_more_than_there_are_is_said_with_how_many_there_are(shop):
    scarce = article(shop, stock=3)
    page = on(signed_in(shop), (scarce, 4))
    assert "3" in page.soup.select_one(".cart-told .field-error").get_text()
    assert not page.soup.select('a[href="/cassa/"]')


def test_what_was_withdrawn_is_named_and_can_be_taken_out(shop):
    gone, honey = article(shop), article(shop)
    visitor = signed_in(shop)
    on(visitor, (gone, 1), (honey, 1))
    gone.withdraw()
    page = visitor.get("/carrello/")
    assert sections(page) == [MAKER, "Non più in vendita", "Riepilogo"]
    assert gone.name in page.words
    assert not page.soup.select('a[href="/cassa/"]')
    page = post(visitor, "/carrello/togli/", variant=gone.variant, name=gone.name)
    assert page.soup.select('a[href="/cassa/"]')


def test_a_price_that_changed_is_said_once_with_old_and_new(shop):
    honey = article(shop)
    visitor = signed_in(shop)
    on(visitor, (honey, 1))
    honey.cost(900)
    told = "Il prezzo è salito da quando l'hai visto: da 8,50 € a 9,00 €."
    assert told in visitor.get("/carrello/").words
    assert told not in visitor.get("/carrello/").words


def test_an_article_that_never_was_does_not_break_the_cart(shop):
    honey = article(shop)
    visitor = signed_in(shop)
    post(visitor, "/carrello/metti/", variant="nonsense", quantity=1)
    page = on(visitor, (honey, 1))
    assert sections(page) == [MAKER, "Non più in vendita", "Riepilogo"]
    assert "8,50 €" in page.words


@pytest.mark.parametrize("variant", ["", "x" * 5_000, "a\x00b"])
def test_what_names_no_article_is_refused(shop, variant):
    visitor = signed_in(shop)
    page = post(visitor, "/carrello/metti/", variant=variant, quantity=1)
    assert "Questo articolo non si può mettere nel carrello" in page.words
    assert "Il carrello è vuoto" in page.words


def test_a_full_cart_says_how_much_it_holds(shop):
    visitor = signed_in(shop)
    for n in range(25):
        page = post(visitor, "/carrello/metti/", variant=f"UHJvZHVjdFZhcmlhbnQ6{n:04}", quantity=1)
    assert "contiene 24 articoli diversi" in page.words
    assert len(visitor.cookies["carrello"]) < 4_000


def test_after_adding_one_is_back_where_one_was(shop):
    honey = article(shop)
    visitor = signed_in(shop)
    page = put(visitor, honey, 1, next="/?da=qui")
    assert page.path == "/?da=qui"
    assert "È nel tuo carrello." in page.words
    assert put(visitor, honey, 1, next="https://evil.example/").path == "/carrello/"


def test_a_tampered_cookie_is_an_empty_cart_and_is_said(shop):
    visitor = signed_in(shop)
    on(visitor, (article(shop), 1))
    whole = visitor.cookies["carrello"]
    set_cookie(visitor, "carrello", "X" + whole[1:])
    page = visitor.get("/carrello/")
    assert page.status == 200
    assert "Non siamo riusciti a leggere il carrello" in page.words
    assert "Il carrello è vuoto" in page.words


def test_the_next_person_at_the_computer_finds_their_own_cart(shop):
    honey = article(shop)
    visitor = signed_in(shop)
    on(visitor, (honey, 2))
    visitor.submit(visitor.get("/uscita/"))
    assert not visitor.get("/").soup.select_one("#cart-count-top").get_text(strip=True)
    visitor.sign_in(shop.buyer(), "welfarepiu")
    page = visitor.get("/carrello/")
    assert honey.name not in page.text
    assert "Il carrello è vuoto" in page.words


def test_a_cart_filled_before_signing_in_is_still_there_after(shop):
    honey = article(shop)
    visitor = shop.visitor()
    page = put(visitor, honey, 2)
    assert page.path.startswith("/accesso/")
    page = visitor.submit(page, "/accesso/", email=shop.buyer(), password="welfarepiu")
    assert page.path == "/carrello/"
    assert "17,00 €" in page.words


def test_the_cart_speaks_english_too(shop):
    page = on(signed_in(shop, language="en"), (article(shop), 10_000))
    assert "Put right what is marked in red, then go to checkout." in page.words
    assert "The quantity goes from 1 to 50." in page.words


def test_a_form_without_its_sign_changes_nothing(shop):
    visitor = signed_in(shop)
    page = visitor.post("/carrello/metti/", {"variant": article(shop).variant, "quantity": 1})
    assert page.status == 403
    assert "Il carrello è vuoto" in visitor.get("/carrello/").words


def test_the_fullest_cart_is_a_light_page(shop):
    from marketplace.providers.models import Listing
    from marketplace.shop.catalogue import visible
    from storefront.buy.cart import MOST_LINES
    from tests.shopping import gid

    with shop.looking_in():
        offered = Listing.objects.filter(visible(), status="published")
        keys = list(offered.values_list("product__variants", flat=True)[:MOST_LINES])
    visitor = signed_in(shop)
    for key in keys:
        post(visitor, "/carrello/metti/", variant=gid("ProductVariant", key), quantity=1, next="/x")
    page = visitor.get("/carrello/")
    assert len(page.soup.select(".cart-line")) == MOST_LINES
    assert len(page.text.encode()) <= 60_000
