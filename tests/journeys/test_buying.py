"""From login to receipt in Chromium: by pointer, without JavaScript, and by keyboard alone."""

from __future__ import annotations

import re

import pytest

from tests.journeys.browser import DESK, PHONE
from tests.storefront.buy.till import MAKER, OTHER_MAKER, article, service
from tests.storefront.shop import PASSWORD

# Not the login page's address, which ends with where it leads.
CART = re.compile(r"^[^?]+/carrello/$")
GO_ON = {"it": "Avanti", "en": "Go on"}
THANKS = {"it": "è pagato", "en": "it is paid"}


def sign_in(seen, email: str) -> None:
    seen.open("/accesso/?next=/carrello/")
    seen.page.fill("input[name=email]", email)
    seen.page.fill("input[name=password]", PASSWORD)
    seen.page.press("input[name=password]", "Enter")
    seen.page.wait_for_url(CART)


def put(seen, *articles) -> None:
    """The form of a product's page, sent for each article."""
    cookies = {one["name"]: one["value"] for one in seen.page.context.cookies()}
    for one in articles:
        answer = seen.page.context.request.post(
            f"{seen.shop.url}/carrello/metti/",
            form={
                "variant": one.variant,
                "quantity": "1",
                "csrfmiddlewaretoken": cookies["csrftoken"],
            },
            headers={"Referer": f"{seen.shop.url}/"},
        )
        assert answer.ok


def looked_at(seen, name: str) -> None:
    """Accessible in light and dark, no wider than the screen, silent, and ours alone."""
    for scheme in ("light", "dark"):
        seen.page.emulate_media(color_scheme=scheme)
        seen.picture(f"buying {name} {scheme}")
        assert not seen.violations(), (name, scheme)
    seen.page.emulate_media(color_scheme="light")
    assert seen.overflow() <= 0, name
    # Chromium says of itself that a form was not accepted.
    assert not [one for one in seen.said if "status of 422" not in one], name
    assert not seen.elsewhere, name


@pytest.mark.parametrize(("language", "size"), [("it", PHONE), ("en", DESK)])
def test_from_login_to_receipt(browsers, shop, language, size):
    honey, camp = article(shop, needs_packing=True), service(shop)
    with browsers.visit(language=language, size=size) as seen:
        page = seen.page
        sign_in(seen, shop.buyer(30_000))
        put(seen, honey, camp)
        seen.open("/carrello/")
        looked_at(seen, f"cart {language}")
        requests = []
        page.on("request", lambda one: requests.append(one) if one.is_navigation_request() else 0)
        page.click("#more-1")
        page.wait_for_selector("#quantity-1[value='2']")
        page.fill("#quantity-1", "10000")
        page.press("#quantity-1", "Tab")
        page.wait_for_selector(".cart-told .field-error")
        looked_at(seen, f"cart of ten thousand {language}")
        page.fill("#quantity-1", "3")
        page.press("#quantity-1", "Enter")
        page.wait_for_selector("#quantity-1[value='3']")
        page.click("#remove-2")
        page.wait_for_selector("#restore")
        looked_at(seen, f"cart with something removed {language}")
        page.click("#restore")
        page.wait_for_selector("#remove-2")
        assert page.inner_text("#cart-count-top .count") == "4"
        assert not requests, "the cart reloaded the page"
        seen.follow(".action-bar a[href='/cassa/']")
        looked_at(seen, f"delivery {language}")
        page.fill("#id_postal_code", "12")
        seen.follow(f"text={GO_ON[language]}")
        page.wait_for_selector("[aria-invalid=true]")
        looked_at(seen, f"delivery with an error {language}")
        page.fill("#id_postal_code", "24065")
        seen.follow(f"text={GO_ON[language]}")
        page.wait_for_url("**/cassa/conferma/")
        looked_at(seen, f"review {language}")
        seen.follow("form.pay button")
        page.wait_for_url("**/ricevuta/*/?appena=1")
        assert THANKS[language] in page.inner_text("h1")
        for said in (MAKER, OTHER_MAKER, honey.name, camp.name):
            assert said in page.inner_text("main")
        looked_at(seen, f"receipt {language}")
        page.go_back()
        page.wait_for_url(CART)
        assert honey.left() == 47


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_without_javascript(browsers, shop, size):
    honey = article(shop)
    with browsers.visit(size=size, javascript=False) as seen:
        page = seen.page
        sign_in(seen, shop.buyer())
        put(seen, honey)
        seen.open("/carrello/")
        seen.follow("#more-1")
        page.wait_for_selector("#quantity-1[value='2']")
        page.fill("#quantity-1", "5")
        with page.expect_navigation():
            page.press("#quantity-1", "Enter")
        page.wait_for_selector("#quantity-1[value='5']")
        seen.follow("#remove-1")
        seen.follow("#restore")
        page.wait_for_selector("#quantity-1[value='5']")
        seen.follow(".action-bar a[href='/cassa/']")
        seen.follow("text=Avanti")
        seen.follow("form.pay button")
        page.wait_for_url("**/ricevuta/*/?appena=1")
        assert honey.left() == 45


def tab_to(page, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _press in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            assert page.evaluate("document.activeElement.matches(':focus-visible')"), selector
            return
    raise AssertionError(f"the keyboard does not come to {selector}")


def test_with_the_keyboard_alone(browsers, shop):
    honey = article(shop)
    with browsers.visit(size=DESK) as seen:
        page = seen.page
        seen.open("/accesso/?next=/carrello/")
        tab_to(page, "main input[name=email]")
        page.keyboard.type(shop.buyer())
        tab_to(page, "main input[name=password]")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(CART)
        put(seen, honey)
        seen.open("/carrello/")
        tab_to(page, "#more-1")
        page.keyboard.press("Enter")
        page.wait_for_selector("#quantity-1[value='2']")
        # The page has changed under the hands, and the focus is where it was.
        assert page.evaluate("document.activeElement.id") == "more-1"
        page.keyboard.press("Space")
        page.wait_for_selector("#quantity-1[value='3']")
        tab_to(page, "main a[href='/cassa/']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/cassa/")
        tab_to(page, "input[name=delivery]")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.value") == "pick_up"
        tab_to(page, "main .action-bar button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/cassa/conferma/")
        tab_to(page, "form.pay button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/ricevuta/*/?appena=1")
        assert honey.left() == 47
