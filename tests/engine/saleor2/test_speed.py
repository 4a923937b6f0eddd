"""What is kept is what would be made anew, language by language."""

from __future__ import annotations

from django.utils import translation
from django_countries import Countries, countries

from marketplace.shop.saleor2 import speed


def test_countries_are_those_of_the_language():
    names = {}
    for language in ("it", "en", "it"):
        with translation.override(language):
            listed = list(countries)
            assert listed == list(Countries()), "another list, kept for another language"
            assert [one.code for one in listed].count("DE") == 1
            names[language] = dict(listed)["DE"]
    assert names == {"it": "Germania", "en": "Germany"}


def test_countries_are_kept():
    translated = []

    class Watched(Countries):
        def translate_pair(self, *given):
            translated.append(given)
            return super().translate_pair(*given)

    watched = Watched()
    first = list(watched)
    made = len(translated)
    assert made == len(first) > 200
    assert list(watched) == first
    assert len(translated) == made


def test_keeping_them_twice_keeps_them_once():
    before = Countries.__iter__
    speed.keep_countries()
    assert Countries.__iter__ is before
