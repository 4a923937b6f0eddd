"""What goes wrong behind a page is said on it, and the page stays."""

from __future__ import annotations

from tests.storefront.shop import EMPLOYEE

SCHEME = "getComputedStyle(document.documentElement).colorScheme"


def test_a_part_that_cannot_be_had_is_said_at_the_top(browsers):
    with browsers.visit(EMPLOYEE, language="en") as seen:
        seen.open("/profilo/")
        seen.page.evaluate("htmx.ajax('GET', '/nulla/', '#comune')")
        seen.page.wait_for_selector("#messages [role=alert]")
        assert "cannot find this page" in seen.page.inner_text("#messages")
        assert seen.page.is_visible("#comune")
        assert seen.page.input_value("#comune") == ""


def test_a_part_of_an_ended_session_leads_to_the_login_and_back(browsers, shop):
    email = shop.buyer(0)
    with browsers.visit(email) as seen:
        seen.open("/profilo/")
        seen.page.context.clear_cookies()
        seen.page.evaluate("htmx.ajax('GET', '/profilo/', '#comune')")
        seen.page.wait_for_url("**/accesso/?next=%2Fprofilo%2F*")
        seen.page.fill("[name=email]", email)
        seen.page.fill("[name=password]", "welfarepiu")
        seen.follow("main form .button")
        seen.page.wait_for_url("**/profilo/")


def test_the_look_is_chosen_without_javascript_and_holds(browsers):
    with browsers.visit(javascript=False) as seen:
        seen.open("/accesso/")
        for name, shown in (("Scuro", "dark"), ("Chiaro", "light")):
            seen.follow(f"text={name}")
            assert seen.page.get_attribute("html", "data-theme") == shown
            assert seen.page.evaluate(SCHEME) == shown
        seen.follow("text=English")
        assert seen.page.get_attribute("html", "lang") == "en"
        assert seen.page.inner_text("h1") == "Sign in"
