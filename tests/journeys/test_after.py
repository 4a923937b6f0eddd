"""What comes after buying, in Chromium: the filter reloads nothing, cancelling needs no script."""

from __future__ import annotations

from tests.journeys.browser import DESK, PHONE
from tests.storefront.after.buying import CHEESE, buy


def test_the_filter_changes_the_list_and_not_the_page(browsers, shop):
    email = shop.buyer()
    buy(shop, email, CHEESE)
    with browsers.visit(email, size=DESK) as seen:
        page = seen.page
        seen.open("/borsellino/")
        page.evaluate("window.isTheSamePage = true")
        page.click("details.filter summary")
        with page.expect_response(lambda answer: "tipo=ordini" in answer.url):
            page.select_option("select[name=tipo]", "ordini")
        page.wait_for_url("**/borsellino/?tipo=ordini**")
        rows = page.locator("table.movements tbody tr")
        assert rows.count() == 1
        assert page.evaluate("window.isTheSamePage") is True
        assert page.locator("details.filter").get_attribute("open") is not None
        assert "tipo=ordini" in str(page.get_attribute("a[download]", "href"))
        assert not seen.violations()
        assert not seen.said


def test_cancelling_needs_no_script(browsers, shop):
    email = shop.buyer()
    bought = buy(shop, email, CHEESE)
    with browsers.visit(email, size=PHONE, javascript=False) as seen:
        page = seen.page
        seen.open(f"/ordini/{bought.number}/")
        page.click("details.cancel summary")
        seen.follow("details.cancel button")
        page.wait_for_selector(".notice-good")
        assert "Annullato da te" in page.inner_text("main")


def test_cancelled_is_as_accessible_as_ordered(browsers, shop):
    email = shop.buyer()
    bought = buy(shop, email, CHEESE)
    with browsers.visit(email, size=PHONE) as seen:
        seen.open(f"/ordini/{bought.number}/")
        seen.page.click("details.cancel summary")
        assert not seen.violations()
        seen.follow("details.cancel button")
        seen.page.wait_for_selector(".notice-good")
        assert not seen.violations()
        assert seen.overflow() <= 0
