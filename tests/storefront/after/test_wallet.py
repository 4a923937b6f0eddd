"""Movements, their table for spreadsheets, expiry dates and what one's orders gave."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone, translation

from marketplace.api.entities import to_global
from storefront.after import tables
from storefront.after.expiry import Expiry, months
from storefront.after.solidarity import columns
from tests import shopping
from tests.storefront.after.buying import CHEESE, SWIMMING, buy, in_shop
from tests.storefront.shop import EMPLOYEE, OTHER_EMPLOYEE


def rows(visitor, query=""):
    """(header, rows) of the CSV file."""
    found = visitor.session.get(f"{visitor.url}/borsellino/movimenti.csv{query}", timeout=30)
    assert found.headers["Content-Type"].startswith("text/csv")
    text = found.content.decode("utf-8-sig")
    read = list(csv.reader(StringIO(text), delimiter=";" if ";" in text else ","))
    return read[0], read[1:]


def give(shop, email, cents, days):
    def act():
        user = get_user_model().objects.get(email=email)
        wallet = user.wallets.get()
        shopping.give(wallet.company, wallet.plan, user, cents, days=days)

    in_shop(shop, act)


@pytest.fixture
def buyer(shop):
    email = shop.buyer(20_000)
    buy(shop, email, CHEESE)
    return email


def test_what_came_and_went_with_the_balance(shop, buyer):
    page = shop.visitor(buyer).get("/borsellino/")
    cells = [
        [" ".join(cell.get_text(" ").split()) for cell in row.select("td")]
        for row in page.soup.select("table.movements tbody tr")
    ]
    assert [row[2] for row in cells] == ["-22,40 €", "+200,00 €"]
    assert [row[3] for row in cells] == ["177,60 €", "200,00 €"]
    assert cells[0][0].startswith("Ordine")


def test_the_filter_narrows_page_and_table_alike(shop, buyer):
    visitor = shop.visitor(buyer)
    for query, count in (
        ("?tipo=ordini", 1),
        ("?tipo=entrate", 1),
        ("?tipo=rimborsi", 0),
        (f"?dal={date.today() + timedelta(days=1)}", 0),
        (f"?al={date.today()}", 2),
    ):
        page = visitor.get(f"/borsellino/{query}")
        assert len(page.soup.select("table.movements tbody tr")) == count, query
        assert len(rows(visitor, query)[1]) == count
    assert "Nessun movimento" in visitor.get("/borsellino/?tipo=rimborsi").words


@pytest.mark.parametrize(
    "query", ["?tipo=furti", "?dal=ieri", "?dal=2026-11-20&al=2026-11-01", f"?al={'9' * 3000}"]
)
def test_a_filter_that_makes_no_sense_is_said_and_ignored(shop, buyer, query):
    page = shop.visitor(buyer).get(f"/borsellino/{query}")
    assert page.status == 200
    assert page.soup.select(".field-error")
    assert len(page.soup.select("table.movements tbody tr")) == 2


def test_pages_and_the_table_hold_every_movement_once(shop):
    email = shop.buyer(1_000)
    for number in range(24):
        give(shop, email, 100 + number, 100)
    visitor = shop.visitor(email)
    first = visitor.get("/borsellino/")
    assert "25 movimenti" in first.words
    second = visitor.get(f"/borsellino/{first.soup.select_one('a[rel=next]')['href']}")
    shown = [len(page.soup.select("table.movements tbody tr")) for page in (first, second)]
    assert shown == [20, 5]
    amounts = [row[4] for row in rows(visitor)[1]]
    assert len(amounts) == len(set(amounts)) == 25


def test_the_table_is_written_as_its_reader_s_spreadsheet_reads_it(shop, buyer):
    header, lines = rows(shop.visitor(buyer))
    assert header == ["Giorno", "Che cosa", "Ordine", "Fornitore", "Importo", "Saldo"]
    assert [line[4:] for line in lines] == [["-22,40", "177,60"], ["200,00", "200,00"]]
    header, lines = rows(shop.visitor(buyer, language="en"))
    assert header == ["Day", "What", "Order", "Provider", "Amount", "Balance"]
    assert [line[4:] for line in lines] == [["-22.40", "177.60"], ["200.00", "200.00"]]
    assert lines[0][0] == timezone.localdate().strftime("%d/%m/%Y")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\uff1d1"])
def test_no_cell_is_a_formula(text):
    assert tables.text_cell(text) == f"'{text}"
    assert tables.text_cell("Malga = alta") == "Malga = alta"
    assert tables.text_cell(None) == ""


def test_when_what_expires_drawn_listed_and_for_one_s_calendar(shop, buyer):
    give(shop, buyer, 1_500, 5)
    give(shop, buyer, 700, 25)
    visitor = shop.visitor(buyer)
    page = visitor.get("/borsellino/scadenze/")
    assert "fra 5 giorni" in page.words
    assert page.soup.select(".notice-bad")
    assert len(page.soup.select("circle.dot-bad")) == 1
    assert len(page.soup.select("circle.dot-warning")) == 1
    calendar = visitor.get("/borsellino/scadenze.ics")
    assert calendar.headers["Content-Type"].startswith("text/calendar")
    assert calendar.text.count("BEGIN:VEVENT") == 3
    in_five_days = timezone.localdate() + timedelta(days=5)
    assert f"DTSTART;VALUE=DATE:{in_five_days:%Y%m%d}\r\n" in calendar.text
    assert all(len(line.encode()) <= 75 for line in calendar.text.split("\r\n"))


def test_a_year_is_drawn_at_most_and_half_a_year_at_least():
    now = date(2026, 11, 22)

    def expiry(day):
        return Expiry(day, 1.0, "Plan", "id", (day - now).days)

    with translation.override("it"):
        assert len(list(months([], now))) == 6
        assert len(list(months([expiry(date(2027, 6, 13))], now))) == 8
        drawn = list(months([expiry(date(2030, 1, 1)), expiry(date(2026, 12, 31))], now))
    assert len(drawn) == 12
    assert [month.name for month in drawn[:3]] == ["nov 2026", "dic 2026", "gen 2027"]
    assert [len(month.dots) for month in drawn[:4]] == [30, 31, 31, 28]
    assert [dot.day.day for dot in drawn[1].dots if dot.tone] == [31]


def test_what_one_s_orders_gave_and_nothing_of_who_was_helped(shop):
    email = shop.buyer(30_000)
    buy(shop, email, SWIMMING)
    page = shop.visitor(email).get("/solidarieta/")
    assert "I tuoi ordini hanno dato" in page.words
    assert len(page.soup.select(".bars rect")) == 1
    # Ten euro of the demo's applicants stand behind fewer than five people: not shown.
    assert "Meno di cinque persone" in page.words or "Accolte" in page.words
    anybody = shop.visitor().get("/solidarieta/")
    assert anybody.status == 200
    assert "I tuoi ordini hanno dato" not in anybody.words
    assert "Che cosa ne ha fatto il Fondo" in anybody.words


def test_bars_are_of_the_last_year_and_as_high_as_what_was_given():
    def month(day, cents):
        euro = {"amount": cents / 100, "currency": "EUR"}
        return {"month": day, "orders": 1, "total": euro}

    given = [month("2025-01-01", 900), month("2026-10-01", 400), month("2026-11-01", 1)]
    with translation.override("en"):
        drawn = list(columns(given, date(2026, 11, 22)))
    assert len(drawn) == 12
    assert [one.height for one in drawn[-3:]] == [0, 120, 3]
    assert drawn[0].long_name == "Dec 2025" or drawn[0].long_name == "December 2025"


def test_nobody_sees_anothers(shop, buyer):
    visitor, other = shop.visitor(buyer), shop.visitor(OTHER_EMPLOYEE)

    def gid():
        user = get_user_model().objects.get(email=buyer)
        return to_global("Wallet", user.wallets.get().pk)

    wallet = in_shop(shop, gid)
    own = visitor.get("/borsellino/").words
    assert "177,60" in own
    for path in (
        f"/borsellino/?borsellino={wallet}",
        f"/borsellino/movimenti.csv?borsellino={wallet}",
        "/borsellino/scadenze/",
        "/borsellino/scadenze.ics",
    ):
        seen = other.get(path)
        assert seen.status == 200
        assert "177,60" not in seen.text
        assert shop.visitor().get(path).path.startswith("/accesso/")


def test_who_has_no_credit_is_told_so(shop):
    visitor = shop.visitor(shop.buyer(0))
    assert "Non hai ancora credito" in visitor.get("/borsellino/").words
    assert "Non c'è nulla in scadenza" in visitor.get("/borsellino/scadenze/").words
    assert rows(visitor)[1] == []
    assert "BEGIN:VEVENT" not in visitor.get("/borsellino/scadenze.ics").text


def test_the_demo_employee_is_told_what_expires_next(shop):
    page = shop.visitor(EMPLOYEE).get("/borsellino/scadenze/")
    assert page.soup.select(".notice-warning")
    assert len(page.soup.select(".month-on")) == 2
