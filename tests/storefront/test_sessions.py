"""Coming in, staying in, going out: cookies, forms, wrong passwords, other sites, other people."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.storefront.shop import EMPLOYEE, PASSWORD, forget_mail, letters

WRONG = "a wrong password"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "/\tevil",
    " /ordini/",
    "",
]


def sign_in(visitor, email, password=PASSWORD, onward="/"):
    page = visitor.get("/accesso/", params={"next": onward})
    return visitor.submit(page, "/accesso/", email=email, password=password)


def test_the_cookie_is_for_the_browser_alone(shop):
    visitor = shop.visitor(EMPLOYEE)
    (cookie,) = [one for one in visitor.cookies if one.name == "sessione"]
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"


def test_a_wrong_password_says_the_same_as_an_account_that_is_not_there(shop):
    said = [
        sign_in(shop.visitor(language="en"), email, WRONG)
        for email in (shop.buyer(0), "nobody@nowhere.example")
    ]
    assert {page.status for page in said} == {422}
    assert all("do not match" in page.words for page in said)
    assert all(WRONG not in page.text for page in said)


def test_too_many_wrong_ones_and_the_right_one_waits_too(shop):
    email, visitor = shop.buyer(0), shop.visitor(language="en")
    for _ in range(5):
        assert "do not match" in sign_in(visitor, email, WRONG).words
    refused = sign_in(visitor, email)
    assert re.search(r"try again at \d\d:\d\d", refused.words)
    assert visitor.cookies.get("sessione") is None


@pytest.mark.parametrize("onward", ELSEWHERE)
def test_nobody_is_sent_elsewhere_after_signing_in(shop, onward):
    visitor = shop.visitor()
    page = visitor.get("/accesso/")
    form = {"email": EMPLOYEE, "password": PASSWORD, "next": onward}
    assert visitor.submit(page, "/accesso/", **form).path == "/"


def test_whoever_must_sign_in_comes_to_where_they_were_going(shop):
    visitor = shop.visitor()
    page = visitor.get("/profilo/?x=1")
    assert urlsplit(page.url).path == "/accesso/"
    assert parse_qs(urlsplit(page.url).query)["next"] == ["/profilo/?x=1"]
    arrived = visitor.submit(page, "/accesso/", email=EMPLOYEE, password=PASSWORD)
    assert arrived.path == "/profilo/?x=1"
    assert "Giulia Bonomelli" in arrived.words


@pytest.mark.parametrize(
    "spoil", [lambda v: v[:-1] + "x", lambda v: "x" + v, lambda v: "", lambda v: "a:b:c"]
)
def test_a_tampered_cookie_is_nobody_s(shop, spoil):
    visitor = shop.visitor(EMPLOYEE)
    value = visitor.cookies.get("sessione")
    visitor.cookies.clear()
    visitor.cookies.set("sessione", spoil(value), domain="127.0.0.1", path="/")
    assert urlsplit(visitor.get("/profilo/").url).path == "/accesso/"
    assert "Giulia" not in visitor.get("/").text


def test_a_form_without_its_sign_changes_nothing(shop):
    visitor = shop.visitor(EMPLOYEE, language="en")
    refused = visitor.post("/uscita/", {"everywhere": "1"})
    assert refused.status == 403
    assert "open for too long" in refused.words
    assert "Giulia" in visitor.get("/profilo/").words


def test_signing_out_of_this_device_leaves_the_others(shop):
    email = shop.buyer(0)
    phone, desk = shop.visitor(email), shop.visitor(email)
    phone.submit(phone.get("/uscita/"))
    assert phone.get("/profilo/").path.startswith("/accesso/")
    assert desk.get("/profilo/").path == "/profilo/"


def test_signing_out_of_all_devices(shop):
    email = shop.buyer(0)
    phone, desk = shop.visitor(email), shop.visitor(email, language="en")
    done = desk.submit(desk.get("/uscita/"), button="everywhere=1")
    assert "signed out of all devices" in done.words
    assert phone.get("/profilo/").path.startswith("/accesso/")
    assert shop.visitor(email).get("/profilo/").path == "/profilo/"


def ended(shop, email):
    """Somebody whose session has ended elsewhere, with a form still open."""
    visitor, other = shop.visitor(email, language="en"), shop.visitor(email)
    page = visitor.get("/profilo/")
    other.submit(other.get("/uscita/"), button="everywhere=1")
    return visitor, page


def test_a_form_that_meets_an_ended_session_is_kept_and_sent_after_signing_in(shop):
    email = shop.buyer(0)
    visitor, page = ended(shop, email)
    (clusone,) = [one["value"] for one in page.soup.select("option") if one.text == "Sovere"]
    asked = visitor.submit(page, "/profilo/comune/", comune=clusone)
    assert "Your session has ended" in asked.words
    offered = visitor.submit(asked, "/accesso/", email=email, password=PASSWORD)
    assert offered.path == "/accesso/riprendi/"
    assert "has not been carried out" in offered.words
    done = visitor.submit(offered, "/profilo/comune/")
    assert done.path == "/profilo/"
    assert done.soup.select_one("option[selected]").text == "Sovere"
    assert visitor.get("/accesso/riprendi/").path == "/"


def test_nobody_else_is_offered_what_somebody_had_sent(shop):
    visitor, page = ended(shop, shop.buyer(0))
    asked = visitor.submit(page, "/profilo/comune/")
    arrived = visitor.submit(asked, "/accesso/", email=EMPLOYEE, password=PASSWORD)
    assert arrived.path == "/profilo/"
    assert visitor.get("/accesso/riprendi/").path == "/"


def test_htmx_is_told_to_sign_in_too(shop):
    visitor = shop.visitor()
    headers = {"HX-Request": "true", "HX-Current-URL": f"{shop.url}/profilo/?a=1"}
    answer = visitor.get("/profilo/", headers=headers)
    assert answer.status == 204
    assert answer.headers["HX-Redirect"] == "/accesso/?next=%2Fprofilo%2F%3Fa%3D1&scaduta=0"


def ask_for_letter(shop, email):
    visitor = shop.visitor(language="en")
    return visitor.submit(visitor.get("/password/"), email=email)


def test_a_new_password_by_letter(shop):
    email = shop.buyer(0)
    before = shop.visitor(email)
    forget_mail(shop)
    unknown = ask_for_letter(shop, "nobody@nowhere.example")
    assert letters(shop) == []
    known = ask_for_letter(shop, email)
    assert known.path == unknown.path == "/password/inviata/"
    assert known.words == unknown.words
    (letter,) = letters(shop)
    assert letter["To"] == email
    link = re.search(rf"{shop.url}/password/nuova/\?\S+", letter.get_body(("plain",)).get_content())
    visitor = shop.visitor(language="en")
    page = visitor.get(link[0])
    short = visitor.submit(page, password="short", repeated="short")
    assert short.status == 422
    assert "too short" in short.words
    different = visitor.submit(page, password="three words together", repeated="three words")
    assert "not the same" in different.words
    done = visitor.submit(page, password="three words together", repeated="three words together")
    assert done.path == "/"
    assert "new password is set" in done.words
    assert before.get("/profilo/").path.startswith("/accesso/")
    other = shop.visitor(language="en")
    late = other.submit(other.get(link[0]), password="another one", repeated="another one")
    assert late.status == 422
    assert "used already" in late.words
    assert sign_in(shop.visitor(), email, "three words together").path == "/"


def test_a_letter_speaks_the_language_of_whoever_asks(shop):
    subjects = []
    for language in ("it", "en"):
        forget_mail(shop)
        visitor = shop.visitor(language=language)
        visitor.submit(visitor.get("/password/"), email=shop.buyer(0))
        subjects.append(letters(shop)[0]["Subject"])
    assert [one.split()[0] for one in subjects] == ["Una", "A"]


def test_language_and_look_are_kept(shop):
    visitor = shop.visitor(language="it")
    english = visitor.get("/lingua/en/?next=/accesso/")
    assert english.path == "/accesso/"
    assert english.soup.html["lang"] == "en"
    dark = visitor.get("/aspetto/dark/?next=/accesso/")
    assert dark.soup.html["data-theme"] == "dark"
    assert visitor.get("/lingua/xx/").status == 404
    assert visitor.get("/aspetto/auto/?next=https://evil.example/").path == "/"


def test_demo_people_are_not_offered_without_a_demo(shop):
    assert "demo" not in {
        button.get("name") for button in shop.visitor().get("/accesso/").soup("button")
    }
