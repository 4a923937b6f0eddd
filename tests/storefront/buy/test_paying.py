"""From the cart to the receipt; whatever goes wrong between is said, and nothing is lost."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import requests

from marketplace.embedded.processes import Child, free_port, stop_all
from tests import shopping
from tests.storefront.buy.till import (
    MAKER,
    OTHER_MAKER,
    SECRET,
    article,
    credit_of,
    let_session_expire,
    on,
    orders_of,
    post,
    put,
    service,
    session_of,
    set_cookie,
    signed_in,
    to_review,
)
from tests.storefront.visitor import filled

DELIVERY = 350


def pay(visitor, page):
    return visitor.submit(page, "/cassa/paga/")


def test_from_the_cart_to_the_receipt(shop):
    honey, camp = article(shop, needs_packing=True), service(shop)
    visitor = signed_in(shop)
    on(visitor, (honey, 2), (camp, 1))
    page = to_review(visitor)
    assert page.path == "/cassa/conferma/"
    for said in ("62,00 €", "3,50 €", "Paga 65,50 €", "Lovere", "200,00 € adesso, 134,50 € dopo"):
        assert said in page.words
    page = pay(visitor, page)
    (number,) = orders_of(shop, visitor)
    assert page.path == f"/ricevuta/{number}/?appena=1"
    for said in (
        f"L'ordine {number} sta arrivando",
        "65,50 €",
        MAKER,
        OTHER_MAKER,
        "Piano welfare completo",
        "65,50 € dal credito che scade il",
        "al Fondo di Solidarietà",
        "Confezionato dallo SFA",
        "te lo portano a casa",
        "concorda con te",
    ):
        assert said in page.words
    assert credit_of(shop, visitor) == 20_000 - 1_700 - 4_500 - DELIVERY
    assert honey.left() == 48
    assert "Il carrello è vuoto" in visitor.get("/carrello/").words


def test_fetched_at_the_provider_s_delivery_costs_nothing(shop):
    visitor = signed_in(shop)
    on(visitor, (article(shop), 1))
    page = to_review(visitor, delivery="pick_up", city="Milano", postal_code="20121")
    assert "Paga 8,50 €" in page.words
    pay(visitor, page)
    assert credit_of(shop, visitor) == 20_000 - 850


def test_services_alone_ask_for_no_way_of_delivery(shop):
    visitor = signed_in(shop)
    on(visitor, (service(shop), 1))
    page = visitor.get("/cassa/")
    assert "concorda con te quando e dove" in page.words
    assert not page.soup.select("input[type=radio][name=delivery]")
    pay(visitor, to_review(visitor))
    assert credit_of(shop, visitor) == 20_000 - 4_500


def test_pressed_twice_it_is_bought_once_and_leads_to_the_same_receipt(shop):
    honey = article(shop)
    visitor = signed_in(shop)
    on(visitor, (honey, 1))
    review = to_review(visitor)
    first, second = pay(visitor, review), pay(visitor, review)
    assert first.path == second.path
    assert len(orders_of(shop, visitor)) == 1
    assert honey.left() == 49


def test_pressed_twice_at_the_same_moment(shop):
    """Both are on their way before either has an answer: the last piece, and credit for one."""
    last = article(shop, stock=1)
    visitor = signed_in(shop, 850 + DELIVERY)
    on(visitor, (last, 1))
    form = to_review(visitor).form("/cassa/paga/")

    def press(_n):
        answer = requests.post(
            f"{shop.url}/cassa/paga/",
            filled(form),
            cookies=visitor.cookies.get_dict(),
            headers={"Referer": shop.url + "/"},
            allow_redirects=False,
            timeout=30,
        )
        return answer.headers["Location"]

    with ThreadPoolExecutor(4) as pool:
        led_to = set(pool.map(press, range(4)))
    (number,) = orders_of(shop, visitor)
    assert led_to == {f"/ricevuta/{number}/?appena=1"}
    assert (last.left(), credit_of(shop, visitor)) == (0, 0)


def test_without_a_key_each_press_would_buy(shop):
    """The twin: the same form under another key is another purchase."""
    honey = article(shop)
    visitor = signed_in(shop)
    for _press in range(2):
        on(visitor, (honey, 1))
        pay(visitor, to_review(visitor))
    assert len(orders_of(shop, visitor)) == 2


def test_back_after_paying_the_old_page_buys_nothing_and_leaves_the_new_cart_alone(shop):
    honey, bread = article(shop), article(shop, 300, of=OTHER_MAKER)
    visitor = signed_in(shop)
    on(visitor, (honey, 1))
    old = to_review(visitor)
    receipt = pay(visitor, old)
    assert visitor.get("/cassa/conferma/").path == "/carrello/"
    assert "Hai pagato l'ordine" in visitor.get("/cassa/").words
    on(visitor, (honey, 1), (bread, 1))
    assert pay(visitor, old).path == receipt.path
    assert len(orders_of(shop, visitor)) == 1
    assert bread.name in visitor.get("/carrello/").words


def test_an_answer_that_was_lost_is_found_again(shop):
    """The first answer never reached the browser: cart, draft and form are as they were."""
    honey = article(shop)
    visitor = signed_in(shop)
    on(visitor, (honey, 1))
    review = to_review(visitor)
    before = visitor.cookies.get_dict()
    pay(visitor, review)
    visitor.cookies.clear()
    for name, value in before.items():
        visitor.cookies.set(name, value, domain="127.0.0.1", path="/")
    page = pay(visitor, review)
    (number,) = orders_of(shop, visitor)
    assert page.path == f"/ricevuta/{number}/?appena=1"
    assert "Il carrello è vuoto" in visitor.get("/carrello/").words


@pytest.fixture
def cut_off(shop, tmp_path):
    """Address of a storefront that reaches no API, with the same cookies as the shop's."""
    port = free_port()
    child = Child(
        "cut-off",
        [
            *(sys.executable, "-m", "gunicorn", "--log-level", "warning"),
            *("-c", "python:storefront.gunicorn_conf", "storefront.wsgi"),
        ],
        os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "storefront.settings",
            "WELFAREPIU_API": f"http://127.0.0.1:{free_port()}",
            "WELFAREPIU_EMBEDDED": "1",
            "WELFAREPIU_STOREFRONT_PORT": str(port),
            "STOREFRONT_WORKERS": "1",
            "STOREFRONT_SECRET_KEY": SECRET,
            "STOREFRONT_STATIC": str(tmp_path / "static"),
        },
        tmp_path / "cut-off.log",
    )
    child.start()
    try:
        deadline = time.monotonic() + 30
        while not answers(f"http://127.0.0.1:{port}/accesso/"):
            assert time.monotonic() < deadline, (tmp_path / "cut-off.log").read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop_all([child], seconds=10)


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).ok
    except requests.ConnectionError:
        return False


def test_where_no_answer_comes_one_may_ask_again(shop, cut_off):
    honey = article(shop)
    visitor = signed_in(shop)
    on(visitor, (honey, 1))
    review = to_review(visitor)
    page = visitor.post(
        f"{cut_off}/cassa/paga/", filled(review.form("/cassa/paga/")), headers={"Referer": cut_off}
    )
    assert page.status == 503
    assert "non sappiamo se l'ordine è passato" in page.words
    again = filled(page.form("/cassa/paga/"))["order"]
    page = post(visitor, "/cassa/paga/", order=again)
    (number,) = orders_of(shop, visitor)
    assert page.path == f"/ricevuta/{number}/?appena=1"
    assert honey.left() == 49


def test_a_price_that_changed_meanwhile_is_not_paid_before_it_was_seen(shop):
    honey = article(shop)
    visitor = signed_in(shop)
    on(visitor, (honey, 1))
    old = to_review(visitor)
    honey.cost(900)
    page = pay(visitor, old)
    assert page.path == "/cassa/conferma/"
    assert "Non hai pagato niente." in page.words
    assert "12,50 €" in page.words
    assert "12,00 €" in page.words
    assert f"«{honey.name}»: 9,00 €, era 8,50 €" in page.words
    assert credit_of(shop, visitor) == 20_000
    pay(visitor, page)
    assert credit_of(shop, visitor) == 20_000 - 900 - DELIVERY


def test_the_last_piece_sold_to_another_is_said_and_nothing_is_paid(shop):
    last, honey = article(shop, stock=1), article(shop)
    visitor, other = signed_in(shop), signed_in(shop)
    on(visitor, (last, 1), (honey, 1))
    review = to_review(visitor)
    on(other, (last, 1))
    pay(other, to_review(other))
    page = pay(visitor, review)
    assert page.path == "/cassa/conferma/"
    assert f"«{last.name}» è esaurito" in page.words
    assert not page.soup.select('form[action="/cassa/paga/"]')
    assert (credit_of(shop, visitor), honey.left()) == (20_000, 50)
    post(visitor, "/carrello/togli/", variant=last.variant, name=last.name)
    pay(visitor, visitor.get("/cassa/conferma/"))
    assert credit_of(shop, visitor) == 20_000 - 850 - DELIVERY


def test_what_was_withdrawn_meanwhile_is_said_and_nothing_is_paid(shop):
    gone = article(shop)
    visitor = signed_in(shop)
    on(visitor, (gone, 1))
    review = to_review(visitor)
    gone.withdraw()
    page = pay(visitor, review)
    assert f"«{gone.name}»" in page.words
    assert credit_of(shop, visitor) == 20_000


def test_too_little_credit_says_how_much_is_missing_and_offers_no_button(shop):
    visitor = signed_in(shop, 500)
    on(visitor, (article(shop), 1))
    page = to_review(visitor)
    assert "Hai 5,00 €: mancano 7,00 €." in page.words
    assert not page.soup.select('form[action="/cassa/paga/"]')


def test_credit_spent_in_another_window_is_said_and_nothing_is_paid(shop):
    honey = article(shop)
    visitor = signed_in(shop, 1_500)
    on(visitor, (honey, 1))
    old = to_review(visitor)
    elsewhere = shop.visitor(session_of(visitor)["person"]["email"])
    elsewhere.get("/carrello/")
    on(elsewhere, (honey, 1))
    pay(elsewhere, to_review(elsewhere))
    page = pay(visitor, old)
    assert "Non hai pagato niente." in page.words
    assert "Hai 3,00 €" in page.words
    assert len(orders_of(shop, visitor)) == 1


@pytest.mark.parametrize("order", ["", "nonsense", "x" * 5_000])
def test_a_tampered_form_buys_nothing_and_is_said(shop, order):
    visitor = signed_in(shop)
    on(visitor, (article(shop), 1))
    page = visitor.submit(to_review(visitor), "/cassa/paga/", order=order)
    assert page.path == "/cassa/conferma/"
    assert "Il modulo ci è arrivato modificato" in page.words
    assert orders_of(shop, visitor) == []


def test_another_person_s_confirmed_order_buys_nothing(shop):
    visitor, other = signed_in(shop), signed_in(shop)
    on(visitor, (article(shop), 1))
    theirs = filled(to_review(visitor).form("/cassa/paga/"))["order"]
    page = post(other, "/cassa/paga/", order=theirs)
    assert "Il modulo ci è arrivato modificato" in page.words
    assert orders_of(shop, other) == orders_of(shop, visitor) == []


@pytest.mark.parametrize("cookie", ["cassa", "carrello", "comprato"])
def test_a_tampered_cookie_breaks_no_page(shop, cookie):
    visitor = signed_in(shop)
    on(visitor, (article(shop), 1))
    to_review(visitor)
    set_cookie(visitor, cookie, "tampered:with:this")
    for path in ("/carrello/", "/cassa/", "/cassa/conferma/"):
        assert visitor.get(path).status == 200
    assert orders_of(shop, visitor) == []


def test_a_session_that_ended_in_the_middle_goes_on_where_it_was(shop):
    honey = article(shop)
    visitor = signed_in(shop)
    email = session_of(visitor)["person"]["email"]
    on(visitor, (honey, 2))
    review = to_review(visitor)
    let_session_expire(visitor)
    page = pay(visitor, review)
    assert page.path.startswith("/accesso/")
    page = visitor.submit(page, "/accesso/", email=email, password="welfarepiu")
    assert page.path == "/accesso/riprendi/"
    assert orders_of(shop, visitor) == []
    page = visitor.submit(page, "/cassa/paga/")
    (number,) = orders_of(shop, visitor)
    assert page.path == f"/ricevuta/{number}/?appena=1"
    assert honey.left() == 48


def test_a_session_that_ended_before_the_till_keeps_the_cart_and_the_draft(shop):
    honey = article(shop)
    visitor = signed_in(shop)
    email = session_of(visitor)["person"]["email"]
    on(visitor, (honey, 2))
    to_review(visitor, street="Via Nuova 3")
    let_session_expire(visitor)
    page = visitor.get("/cassa/conferma/")
    page = visitor.submit(page, "/accesso/", email=email, password="welfarepiu")
    assert page.path == "/cassa/conferma/"
    assert "Via Nuova 3" in page.words
    assert "Paga 20,50 €" in page.words


class TestDelivery:
    def refused(self, shop, **fields):
        visitor = signed_in(shop)
        on(visitor, (article(shop), 1))
        page = to_review(visitor, **fields)
        assert (page.status, page.path) == (422, "/cassa/")
        return page.words

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"street": ""}, "Scrivi via e numero."),
            ({"postal_code": "240"}, "Il CAP ha cinque cifre."),
            ({"phone": "chiamami"}, "Scrivi il numero con il prefisso"),
            ({"city": "Palermo"}, "Lo SFA consegna solo nei comuni del territorio."),
            ({"delivery": "by_drone"}, "questa modalità non c'è"),
            ({"delivery": "on_site"}, "questa modalità non c'è"),
            ({"first_name": "x" * 5_000}, "100"),
        ],
    )
    def test_what_is_wrong_is_said_beside_it(self, shop, fields, told):
        assert told in self.refused(shop, **fields)

    def test_the_comune_is_known_however_it_is_written(self, shop):
        visitor = signed_in(shop)
        on(visitor, (article(shop), 1))
        assert "24065 Lovere" in to_review(visitor, city="  LOVERE ", postal_code="24065").words

    def test_an_address_is_remembered_where_one_says_so(self, shop):
        visitor = signed_in(shop)
        on(visitor, (article(shop), 1))
        to_review(visitor, street="Via dei Ricordi 8", remember="on")
        to_review(visitor, street="Via Passeggera 1")
        again = shop.visitor(session_of(visitor)["person"]["email"])
        again.get("/carrello/")
        on(again, (article(shop), 1))
        fields = filled(again.get("/cassa/").form("/cassa/"))
        assert (fields["street"], fields["city"]) == ("Via dei Ricordi 8", "Lovere")

    def test_the_till_without_a_cart_leads_to_the_cart(self, shop):
        visitor = signed_in(shop)
        assert visitor.get("/cassa/").path == "/carrello/"
        assert visitor.get("/cassa/conferma/").path == "/carrello/"

    def test_who_has_not_said_where_is_asked_first(self, shop):
        visitor = signed_in(shop)
        on(visitor, (article(shop), 1))
        assert visitor.get("/cassa/conferma/").path == "/cassa/"


class TestBudgets:
    def test_the_meter_moves_with_the_cart(self, shop):
        visitor = signed_in(shop, 100_000)
        club = service(shop, 10_000, code="f-bis")
        page = on(visitor, (club, 3))
        (meter,) = (one for one in page.soup.select(".meter") if "Scuola" in one.get_text())
        told = " ".join(meter.get_text(" ").split())
        assert "300,00 € di 400,00 €" in told
        assert "Dopo ti restano 100,00 €" in told
        assert meter.select_one("rect.adding")["width"] == "750"

    def test_more_than_the_budget_is_refused_with_what_is_left(self, shop):
        visitor = signed_in(shop, 100_000)
        club = service(shop, 10_000, code="f-bis")
        on(visitor, (club, 3))
        pay(visitor, to_review(visitor))
        page = on(visitor, (club, 2))
        told = page.soup.select_one(".cart-told .field-error").get_text()
        for part in ("f-bis", "400,00", "300,00", "100,00"):
            assert part in told
        assert not page.soup.select('a[href="/cassa/"]')
        assert len(orders_of(shop, visitor)) == 1


def test_of_several_wallets_the_chosen_one_pays(shop):
    visitor = signed_in(shop, 20_000)
    email = session_of(visitor)["person"]["email"]
    with shop.looking_in():
        from django.contrib.auth import get_user_model

        from marketplace.companies.models import WelfarePlan

        user = get_user_model().objects.get(email=email)
        company = user.employments.get().company
        second = WelfarePlan.objects.create(
            company=company, name=f"Premio {email}", source="voluntary", valid_from=date(2020, 1, 1)
        )
        second.categories.set(["f"])
        wallet = shopping.give(company, second, user, 5_000, days=300)
    on(visitor, (article(shop), 1))
    page = visitor.get("/cassa/")
    radios = page.soup.select("input[name=wallet]")
    assert [one.has_attr("checked") for one in radios] == [True, False]
    page = to_review(visitor, wallet=shopping.gid("Wallet", wallet))
    assert "50,00 € adesso, 38,00 € dopo" in page.words
    page = pay(visitor, page)
    assert f"Premio {email}" in page.words
    assert credit_of(shop, visitor) == 25_000 - 850 - DELIVERY


def test_somebody_else_s_receipt_is_not_there(shop):
    visitor, other = signed_in(shop), signed_in(shop)
    on(visitor, (article(shop), 1))
    path = pay(visitor, to_review(visitor)).path
    page = other.get(path)
    assert page.status == 404
    assert "Rossi" not in page.words


def test_what_one_paid_is_kept_in_no_cache(shop):
    visitor = signed_in(shop)
    put(visitor, article(shop))
    for path in ("/carrello/", "/cassa/"):
        assert "no-store" in visitor.get(path).headers["Cache-Control"]
