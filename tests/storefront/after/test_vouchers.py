"""Vouchers in the browser and on paper: their holder's alone, with a code while it can be used."""

from __future__ import annotations

import re

import pytest

from plugins.vouchers.codes import shown as code_shown
from plugins.vouchers.models import WelfareVoucher
from plugins.vouchers.redeeming import voucher_redeem
from tests.storefront.after.buying import SWIMMING, buy, in_shop


@pytest.fixture
def bought(shop):
    return buy(shop, shop.buyer(), SWIMMING, 2)


@pytest.fixture
def vouchers(shop, bought):
    def read():
        found = WelfareVoucher.objects.filter(provider_order=bought.part_id).order_by("unit")
        return [(voucher.pk, code_shown(voucher.code)) for voucher in found]

    return in_shop(shop, read)


def test_one_for_each_piece_with_code_and_symbol(shop, bought, vouchers):
    visitor = shop.visitor(bought.email)
    listed = visitor.get("/buoni/")
    assert listed.words.count("Da usare") >= 2
    for pk, code in vouchers:
        assert f'href="/buoni/{pk}/"' in listed.text
        assert code not in listed.text
        page = visitor.get(f"/buoni/{pk}/")
        assert code in page.words
        assert "Anna Rossi" in page.words
        assert page.soup.select_one("svg.qr path")
        assert "style=" not in str(page.soup.select_one(".voucher"))


def test_the_order_leads_to_its_vouchers(shop, bought, vouchers):
    page = shop.visitor(bought.email).get(f"/ordini/{bought.number}/")
    assert {f"/buoni/{pk}/" for pk, _code in vouchers} <= {
        anchor["href"] for anchor in page.soup.select("a.voucher-chip")
    }


@pytest.mark.parametrize("language", ["it", "en"])
def test_on_paper_it_is_one_page_with_fonts_of_its_own(shop, bought, vouchers, language):
    visitor = shop.visitor(bought.email, language=language)
    paper = visitor.session.get(f"{shop.url}/buoni/{vouchers[0][0]}/buono.pdf", timeout=30)
    assert paper.headers["Content-Type"] == "application/pdf"
    assert "attachment" in paper.headers["Content-Disposition"]
    assert paper.content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", paper.content)) == 1
    # Embedded: a printer that has none of ours writes the same name.
    assert paper.content.count(b"/FontFile2") == 2
    assert len(paper.content) < 100_000


def test_used_it_says_when_and_shows_no_code(shop, bought, vouchers):
    pk, code = vouchers[0]
    in_shop(shop, lambda: voucher_redeem(actor=bought.manager(), code=code))
    visitor = shop.visitor(bought.email)
    page = visitor.get(f"/buoni/{pk}/")
    assert "È stato usato il" in page.words
    assert code not in page.text
    assert not page.soup.select("svg.qr")
    assert visitor.get(f"/buoni/{pk}/buono.pdf").status == 404
    assert f'href="/buoni/{pk}/"' in visitor.get("/buoni/?stato=usati").text
    assert f'href="/buoni/{pk}/"' not in visitor.get("/buoni/").text


def test_with_a_cancelled_order_they_are_over(shop, bought, vouchers):
    visitor = shop.visitor(bought.email)
    order = visitor.get(f"/ordini/{bought.number}/")
    assert "I suoi buoni non saranno più validi" in order.words
    visitor.submit(order, f"/ordini/{bought.number}/annulla/")
    assert "È stato annullato" in visitor.get(f"/buoni/{vouchers[0][0]}/").words
    assert len(visitor.get("/buoni/?stato=annullati").soup.select("article.ticket")) == 2


def test_nobody_sees_anothers(shop, vouchers):
    stranger, nobody = shop.visitor(shop.buyer()), shop.visitor()
    for pk, code in vouchers:
        for path in (f"/buoni/{pk}/", f"/buoni/{pk}/buono.pdf"):
            seen = stranger.get(path)
            assert seen.status == 404
            assert code not in seen.text
            assert nobody.get(path).path.startswith("/accesso/")
    assert "Nessun buono da usare" in stranger.get("/buoni/").words


@pytest.mark.parametrize("path", ["?stato=persi", "999999999/", f"{'9' * 40}/"])
def test_what_is_not_there_is_not_found(shop, bought, path):
    assert shop.visitor(bought.email).get(f"/buoni/{path}").status == 404
