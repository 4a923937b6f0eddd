"""Amounts, days and shares inside sentences: in the language that is active, and in no other."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from marketplace import wording
from marketplace.money import euro

DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("language", "amount", "day", "share"),
    [
        ("it", "1.012,50\xa0€", "1 marzo 2026", "62,5%"),
        ("en", "€1,012.50", "1 March 2026", "62.5%"),
        # A language that the catalogues do not have gets the project's own.
        ("fr", "1.012,50\xa0€", "1 marzo 2026", "62,5%"),
    ],
)
def test_as_the_language_writes_it(language, amount, day, share):
    with translation.override(language):
        assert (euro(101_250), wording.day(DAY), wording.per_cent(6250)) == (amount, day, share)


def test_english_where_no_language_is_active_as_the_sentences_are_then():
    with translation.override(None):
        assert euro(-500) == "-€5.00"


@pytest.mark.parametrize(("share_bps", "text"), [(7500, "75%"), (1, "0.01%"), (10_000, "100%")])
def test_a_share_has_no_empty_decimals(share_bps, text):
    assert wording.per_cent(share_bps) == text
