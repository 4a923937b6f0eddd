"""Cents: at Saleor's edge exact or refused, divided without losing one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.money import cents, decimal, portion, positive_cents, share_out
from marketplace.refusals import Refusal


@pytest.mark.parametrize(
    ("amount", "expected"), [("12.50", 1250), ("0.01", 1), ("-3", -300), ("1E+2", 10_000)]
)
def test_cents_of_an_amount(amount, expected):
    assert cents(Decimal(amount)) == expected


@pytest.mark.parametrize("amount", ["0.001", "NaN", "Infinity", "1E+20"])
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(Refusal, match="INVALID_AMOUNT"):
        cents(Decimal(amount))


@pytest.mark.parametrize("amount", ["0", "-0.01"])
def test_a_positive_amount_is_above_zero(amount):
    with pytest.raises(Refusal, match="INVALID_AMOUNT"):
        positive_cents(Decimal(amount))


@given(st.integers(-(10**10), 10**10))
def test_there_and_back(value):
    assert cents(decimal(value)) == value


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_share_out_loses_no_cent(total, weights):
    if not sum(weights):
        weights[0] = 1
    shares = share_out(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * weight / sum(weights)) < 1
        if total <= sum(weights):
            assert share <= weight


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [(100, [1, 1, 1], [34, 33, 33]), (1, [1, 2, 2], [0, 1, 0]), (0, [0, 0], [0, 0])],
)
def test_share_out_in_a_fixed_order(total, weights, shares):
    assert share_out(total, weights) == shares


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, [-1, 3]), (1, [0]), (1, [])])
def test_share_out_refuses_what_it_cannot_divide(total, weights):
    with pytest.raises(ValueError, match="share_out"):
        share_out(total, weights)


@pytest.mark.parametrize(("base", "bps", "expected"), [(1000, 250, 25), (1, 5000, 1), (99, 50, 0)])
def test_portion_rounds_half_up(base, bps, expected):
    assert portion(base, bps) == expected
