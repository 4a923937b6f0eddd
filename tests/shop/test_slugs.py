"""Addresses of articles."""

import pytest

from marketplace.shop.slugs import slug_of


@pytest.mark.parametrize(
    ("name", "sku", "slug"),
    [
        ("Pane di segale", "A-17", "pane-di-segale-a-17"),
        ("Coperta in lana", "coperta-in-lana", "coperta-in-lana"),
        ("Telesoccorso, sei mesi", "telesoccorso", "telesoccorso"),
        ("Miele", "miele-500", "miele-500"),
        ("!!!", "A-17", "a-17"),
    ],
)
def test_a_number_that_says_the_name_says_it_once(name, sku, slug):
    assert slug_of(name, sku) == slug
