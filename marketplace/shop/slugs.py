"""Addresses of articles, the same on either engine."""

from __future__ import annotations

from django.utils.text import slugify


def slug_of(name: str, sku: str) -> str:
    """What stands in an article's address: its name, told apart by its number.

    A number that says the name already (``coperta-in-lana``) says it once.
    """
    named, numbered = slugify(name)[:200], slugify(sku)
    if numbered and (named.startswith(numbered) or numbered.startswith(named)):
        return numbered
    return f"{named}-{numbered}"
