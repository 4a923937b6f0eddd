"""Which lines a card may pay, how much, and what people are told where it may not."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from marketplace.cards.models import CardRule
from marketplace.cards.splitting import rules_on, split
from marketplace.refusals import Refusal
from marketplace.sales.sale import Delivery, Sale, SaleLine

DAY = date(2026, 11, 22)


def line(number: int, code: str, cents: int, *, packed: bool = True, **facts) -> SaleLine:
    return SaleLine(
        **{
            "number": number,
            "variant_id": number,
            "product_id": number,
            "product_name": f"Article {number}",
            "listing_id": number,
            "provider_id": 1,
            "category_code": code,
            "quantity": 1,
            "unit_cents": cents,
            "total_cents": cents,
            "needs_packing": packed,
            **facts,
        }
    )


def sale(*lines: SaleLine, delivery: int = 0) -> Sale:
    return Sale(
        token="t",
        user_id=1,
        wallet_id=1,
        company_id=1,
        plan_id=1,
        lines=lines,
        delivery=Delivery("sfa_delivery", cents=delivery),
        total_cents=sum(one.total_cents for one in lines) + delivery,
        on=DAY,
    )


@pytest.fixture
def shared(db):
    def share(sold: Sale, credit: int, **more):
        due = more.pop("due", sold.total_cents)
        return split(sold, due_cents=due, credit_cents=credit, rules=rules_on(DAY), **more)

    return share


def by_card(done) -> list[int]:
    return [one.card_cents for one in done.sale.lines] + [done.sale.delivery.card_cents]


def codes(refused) -> list[str]:
    return [one.code for one in getattr(refused.value, "refusals", [refused.value])]


def test_the_rest_lies_on_lines_and_delivery_by_their_price(shared):
    done = shared(sale(line(1, "c3", 1000), line(2, "c3", 2000), delivery=350), 3000)
    assert (done.credit_cents, done.card_cents) == (3000, 350)
    assert by_card(done) == [104, 209, 37]
    assert sum(by_card(done)) == 350


@pytest.mark.parametrize(
    ("code", "packed", "may"),
    [
        ("c3", True, True),
        ("c3", False, False),
        ("c3-bis", True, False),
        ("d-bis", True, True),
        ("f", True, False),
        ("f-bis", True, True),
        ("f-bis", False, False),
        ("f-ter", True, True),
        ("f-quater", True, False),
        ("unheard-of", True, False),
    ],
)
def test_what_the_law_lets_a_card_pay(shared, code, packed, may):
    sold = sale(line(1, code, 1000, packed=packed))
    if may:
        assert by_card(shared(sold, 400)) == [600, 0]
        return
    with pytest.raises(Refusal) as refused:
        shared(sold, 400)
    assert codes(refused) == ["CARD_NOT_ALLOWED"]


def test_a_voucher_is_paid_by_credit_alone_and_the_rest_by_card(shared):
    done = shared(sale(line(1, "c3", 2000, packed=False), line(2, "c3", 1000)), 2500)
    assert by_card(done) == [0, 500, 0]
    assert [one.credit_only for one in done.sale.lines] == [True, False]


def test_credit_that_does_not_cover_the_voucher_is_not_topped_up(shared):
    with pytest.raises(Refusal) as refused:
        shared(sale(line(1, "c3", 2000, packed=False), line(2, "c3", 1000)), 1999)
    assert codes(refused) == ["CARD_NOT_ALLOWED"]
    assert refused.value.facts["line"] == 1
    assert "DM 25.3.2016" in str(refused.value)


def test_what_goes_over_a_letters_budget_is_the_cards(shared):
    sold = sale(line(1, "c3", 1000), line(2, "f-bis", 2000))
    done = shared(sold, 5000, budgets={"c3": 400, "f-bis": 9000})
    assert by_card(done) == [600, 0, 0]
    assert done.credit_cents == 2400


def test_budget_and_wallet_both_short(shared):
    sold = sale(line(1, "c3", 1000), line(2, "f-bis", 2000))
    done = shared(sold, 2000, budgets={"c3": 400})
    assert done.card_cents == 1000
    assert by_card(done) == [667, 333, 0]
    assert sum(one.credit_cents for one in done.sale.lines if one.category_code == "c3") <= 400


def test_a_budget_of_vouchers_is_not_stretched_by_card(shared):
    with pytest.raises(Refusal) as refused:
        shared(sale(line(1, "f-bis", 2000, packed=False)), 5000, budgets={"f-bis": 1000})
    assert codes(refused) == ["CARD_NOT_ALLOWED"]


def test_the_card_pays_no_less_than_stripe_takes(shared):
    done = shared(sale(line(1, "c3", 1000)), 990)
    assert (done.credit_cents, done.card_cents) == (950, 50)


@pytest.mark.parametrize(
    ("cents", "credit", "code"),
    [
        (1000, 1000, "CARD_NOT_NEEDED"),
        (1000, 0, "CARD_NEEDS_CREDIT"),
        (40, 30, "CARD_AMOUNT_TOO_SMALL"),
    ],
)
def test_what_is_no_split(shared, cents, credit, code):
    with pytest.raises(Refusal) as refused:
        shared(sale(line(1, "c3", cents)), credit)
    assert codes(refused) == [code]


def test_what_is_given_to_the_fund_on_top_is_credit(shared):
    done = shared(sale(line(1, "c3", 1000)), 600, due=1010)
    assert (done.credit_cents, done.card_cents) == (600, 410)
    assert by_card(done) == [410, 0]


def test_the_law_is_rows_with_a_validity(db):
    CardRule.objects.filter(category_code="c3", by_voucher=False).update(
        valid_until=date(2026, 12, 31)
    )
    assert rules_on(DAY)["c3", False].allowed
    assert ("c3", False) not in rules_on(date(2027, 1, 1))


def test_the_reason_is_told_in_the_readers_language(shared):
    sold = sale(line(1, "f", 1000))
    with translation.override("it"), pytest.raises(Refusal) as refused:
        shared(sold, 10)
    assert "estraneo" in str(refused.value)
