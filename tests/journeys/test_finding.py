"""Finding in Chromium: filters that do not reload the page, a sheet on the phone, a map by keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.browser import DESK, PHONE


@pytest.fixture
def desk(browsers):
    with browsers.visit(size=DESK) as seen:
        yield seen


def stay(page):
    """Leave something in the page that only a reload takes away."""
    page.evaluate("document.body.dataset.stays = 'yes'")


def stayed(page):
    return page.evaluate("document.body.dataset.stays") == "yes"


def test_a_filter_and_words_change_the_list_without_a_reload(desk):
    page = desk.page
    desk.open("/negozio/")
    stay(page)
    page.get_by_role("radio", name=re.compile("^Servizi")).check()
    expect(page).to_have_url(re.compile("tipo=servizi"))
    expect(page.locator("#results .chip-on")).to_contain_text("Servizi")
    page.get_by_role("searchbox", name="Cerca nel negozio").nth(1).fill("piscina")
    expect(page.locator("#results article h3").first).to_contain_text("Piscina")
    assert stayed(page)
    page.go_back()
    expect(page.locator("#results .chip-on")).to_have_count(1)


def test_on_a_phone_the_filters_are_a_sheet(browsers):
    with browsers.visit(size=PHONE) as seen:
        page = seen.page
        seen.open("/negozio/")
        stay(page)
        sheet = page.locator("#filters")
        expect(sheet).to_be_hidden()
        page.get_by_role("button", name="Filtri").click()
        expect(sheet).to_be_visible()
        page.get_by_label(re.compile("Fatto dallo SFA")).check()
        done = sheet.get_by_role("button", name=re.compile("Mostra [0-9]+ articoli"))
        expect(page.locator("#results .chip-on")).to_contain_text("Fatto dallo SFA")
        assert not seen.violations()
        done.click()
        expect(sheet).to_be_hidden()
        expect(page.get_by_role("button", name="Filtri")).to_contain_text("1")
        assert stayed(page)


def test_without_scripts_the_same_form_finds_the_same(browsers):
    with browsers.visit(size=DESK, javascript=False) as seen:
        page = seen.page
        seen.open("/negozio/")
        page.get_by_role("radio", name=re.compile("^Beni [0-9]")).check()
        dairy = page.locator("#fornitore option", has_text="Caseificio Malga Alta")
        page.locator("#fornitore").select_option(dairy.get_attribute("value"))
        seen.follow(page.get_by_role("button", name="Mostra", exact=True))
        expect(page).to_have_url(re.compile("tipo=beni"))
        expect(page.locator("#results .chip-on")).to_have_count(2)


def test_a_comune_is_opened_with_the_keyboard_alone(desk):
    page = desk.page
    desk.open("/negozio/mappa/")
    spot = page.locator("svg a.map-spot").first
    name = spot.get_attribute("aria-label").partition(":")[0]
    for _key in range(80):
        page.keyboard.press("Tab")
        if spot.evaluate("spot => spot === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#results .chip-on")).to_contain_text(name)
