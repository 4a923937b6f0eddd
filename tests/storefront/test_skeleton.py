from __future__ import annotations

from tests.storefront.shop import EMPLOYEE


def test_from_the_window_to_ones_credit_and_out(shop):
    visitor = shop.visitor()
    window = visitor.get("/")
    assert window.status == 200
    assert window.soup.find_all("article")
    visitor.sign_in(EMPLOYEE, "welfarepiu")
    home = visitor.get("/")
    assert "Giulia" in home.words
    visitor.submit(visitor.get("/uscita/"))
    assert visitor.cookies.get("sessione") is None
