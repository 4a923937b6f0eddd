"""The finding pages over HTTP: what is found, in words for who has no JavaScript and for HTMX."""

from __future__ import annotations

import pytest

from tests.storefront.shop import EMPLOYEE, OTHER_EMPLOYEE

HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def visitor(shop):
    return shop.visitor()


def names(page):
    return [card.get_text(strip=True) for card in page.soup.select("#results article h3")]


def found_by(page) -> int:
    """How many articles the list says that it has, on all its pages."""
    return int(page.soup.select_one("#results .strong").get_text().split()[0])


def test_the_list_is_searched_and_filtered_by_plain_forms(visitor):
    page = visitor.get("/negozio/")
    assert len(names(page)) == 24
    found = visitor.submit(page, "/negozio/", q="formagella")
    assert found.path.startswith("/negozio/?q=formagella")
    assert any("Formaggella" in name for name in names(found))
    goods = visitor.submit(page, "/negozio/", tipo="beni", prezzo_a="10")
    assert 0 < found_by(goods) < found_by(page)
    chips = [chip["href"] for chip in goods.soup.select("#results .chips a.chip-on")]
    assert len(chips) == 2
    assert len(names(visitor.get(chips[0]))) >= len(names(goods))


def test_its_pages_hold_everything_once(visitor):
    page, seen = visitor.get("/negozio/?ordine=prezzo"), []
    while True:
        seen += names(page)
        following = page.soup.select_one('a[rel="next"]')
        if following is None:
            break
        page = visitor.get(following["href"])
    assert len(seen) == found_by(page)
    back = visitor.get(page.soup.select_one('a[rel="prev"]')["href"])
    assert names(back)


def test_for_htmx_only_what_changes_is_sent(visitor):
    part = visitor.get("/negozio/?q=pane", headers=HTMX)
    assert "<html" not in part.text
    assert part.soup.select_one("#results article")
    assert part.soup.select_one('#facets[hx-swap-oob="true"]')
    whole = visitor.get("/negozio/?q=pane")
    assert names(part) == names(whole)


def test_nothing_found_says_what_to_do(visitor):
    page = visitor.get("/negozio/?q=xyzzy+plugh")
    assert "Qui non c'è ancora nulla di simile" in page.words
    assert page.soup.select_one('main a[href="/suggerisci/"]')


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=" + "x" * 5000, "al massimo 100 caratteri"),
        ("da=nonsense", "id"),
        ("dopo=nonsense", "dalla prima pagina"),
        ("comune=Q29tdW5lOjA%3D%00", "carattere"),
    ],
)
def test_an_address_that_means_nothing_is_answered_in_words(visitor, query, said):
    page = visitor.get(f"/negozio/?{query}")
    assert page.status == 400
    assert said in page.words
    assert page.soup.select_one("#results a")


def test_a_filter_that_leaves_nothing_stays_chosen(visitor):
    page = visitor.get("/negozio/?categoria=c3&q=xyzzy")
    assert page.soup.select_one("#categoria-c3")["checked"] == ""
    chips = [chip.get_text() for chip in page.soup.select("#results .chip-on")]
    assert any("Categoria scelta" in chip for chip in chips)
    assert page.soup.select_one('input[name="categoria"][value="c3"]')


@pytest.mark.parametrize("query", ["km=abc", "ordine=x", "prezzo_da=abc", "tipo=x", "altro=1"])
def test_what_is_no_filter_does_not_filter(visitor, query):
    assert len(names(visitor.get(f"/negozio/?{query}"))) == 24


def test_near_me_measures_from_where_one_lives(shop):
    employee = shop.visitor(EMPLOYEE)
    page = employee.get("/negozio/vicino-a-me/")
    assert "ordine=distanza" in page.path
    assert "km" in page.soup.select_one("#results .grid").get_text()


def test_the_map_links_each_comune_to_its_list(visitor):
    page = visitor.get("/negozio/mappa/")
    spots = page.soup.select("svg a.map-spot")
    assert len(spots) > 10
    rows = page.soup.select(".map-list li a")
    assert {one["href"] for one in spots} == {one["href"] for one in rows}
    there = visitor.get(spots[0]["href"])
    count = int(spots[0].select_one(".map-number").get_text())
    assert len(names(there)) == count
    place = next(one for one in page.soup.select("#da option") if one.get_text() == "Lovere")
    near = visitor.get(f"/negozio/mappa/?da={place['value']}&km=5")
    assert near.soup.select("svg .map-ring-on")
    assert near.soup.select_one(".map-list li").get_text(" ", strip=True).startswith("Lovere")


@pytest.fixture(scope="module")
def article(visitor):
    page = visitor.get("/negozio/?q=formaggella")
    return page.soup.select_one("#results article a")["href"]


def test_an_article_says_what_it_is_and_what_pays(shop, visitor, article):
    page = visitor.get(article)
    for said in ("Provenienza", "Come è fatto", "Caseificio Malga Alta", "Carta etica firmata"):
        assert said in page.words
    assert "Accedi per vedere quale credito lo paga" in page.words
    mine = shop.visitor(EMPLOYEE).get(article)
    assert "Che cosa lo paga" in mine.words
    assert "da spendere" in mine.words
    assert "km da" in mine.words or "nel tuo comune" in mine.words


def test_an_article_goes_into_the_cart(shop, article):
    buyer = shop.visitor(shop.buyer())
    page = buyer.submit(buyer.get(article), "/carrello/", quantity="2")
    assert page.status == 200
    assert "Formaggella" in buyer.get("/carrello/").words


def test_an_article_that_is_not_there_is_not_found(visitor):
    assert visitor.get("/negozio/nothing-like-this/").status == 404
    assert visitor.get("/fornitori/nonsense/").status == 404
    assert visitor.get("/fornitori/UHJvdmlkZXI6MA==/carta/").status == 404


def test_the_seal_opens_what_was_signed(visitor, article):
    seal = visitor.get(article).soup.select_one("a.seal")["href"]
    page = visitor.get(seal)
    for said in ("Firmata per", "Impronta del testo", "In vigore", "versione 1"):
        assert said in page.words
    assert len(page.soup.select_one(".hash").get_text(strip=True)) == 64
    english = visitor.get(seal, headers={"Accept-Language": "en"})
    assert "Signed for" in english.words


def test_providers_and_what_they_offer(visitor):
    page = visitor.get("/fornitori/")
    first = page.soup.select_one(".provider-card a")
    provider = visitor.get(first["href"])
    assert first.get_text(strip=True) in provider.words
    assert provider.soup.select("article.item")


def test_an_employee_suggests_a_provider(shop):
    first, second = shop.visitor(shop.buyer(0)), shop.visitor(shop.buyer(0))
    page = first.get("/suggerisci/")
    place = next(o["value"] for o in page.soup.select("#id_comune option") if o.text == "Lovere")
    given = {"name": "Liuteria Bianchi", "comune": place, "offers": "Violini"}
    done = first.submit(page, "", **given)
    assert "sei la prima persona" in done.words
    assert "Liuteria Bianchi" in done.soup.select_one(".lines").get_text()
    again = second.submit(second.get("/suggerisci/"), "", **{**given, "name": "liuteria bianchi"})
    assert "insieme a te 1 altra persona" in again.words
    for wrong, said in (
        ({"name": ""}, "obbligatorio"),
        ({"name": "Caseificio Malga Alta", "comune": place}, ""),
        ({"name": "x" * 121}, "120"),
    ):
        page = second.submit(second.get("/suggerisci/"), "", **{**given, **wrong})
        assert page.status == (400 if said else page.status)
        assert said in page.words
    assert shop.visitor().get("/suggerisci/").path.startswith("/accesso/")


def test_two_people_on_the_same_pages_see_nothing_of_each_other(shop, article):
    employee, other, nobody = shop.visitor(EMPLOYEE), shop.visitor(OTHER_EMPLOYEE), shop.visitor()
    for path in ("/negozio/", article, "/fornitori/", "/negozio/mappa/"):
        mine, theirs, open_to_all = employee.get(path), other.get(path), nobody.get(path)
        assert "Profilo di Giulia" in mine.text
        assert "Giulia" not in theirs.text
        assert "Profilo di" not in open_to_all.text
        assert theirs.headers["X-Shelf"] == "found"
