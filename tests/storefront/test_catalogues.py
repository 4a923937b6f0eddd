"""Each room of the storefront says everything in Italian, in its own catalogue."""

from __future__ import annotations

import pytest

from marketplace.embedded import messages
from tests.locale.test_catalogue import FORMAL, forms, key, listed, same_placeholders

CATALOGUES = sorted(messages.storefront_catalogues().items())
ROOMS = [path.parents[3].name for path, _files in CATALOGUES]


@pytest.fixture(params=CATALOGUES, ids=ROOMS)
def room(request):
    """What the room's code says, and what its catalogue holds."""
    path, files = request.param
    said = messages.sentences(messages.extracted_of(files))
    return said, messages.sentences(messages.catalogue(path))


def test_every_sentence_is_translated(room):
    said, held = room
    whole = {key(message) for message in held if messages.is_translated(message)}
    lacking = [message for message in said if key(message) not in whole]
    assert not lacking, f"make messages, then write the Italian of:\n{listed(lacking)}"


def test_nothing_is_held_that_has_gone(room):
    said, held = room
    gone = {key(message) for message in held} - {key(message) for message in said}
    assert not gone, f"make messages takes away: {gone}"


def test_placeholders_are_the_same_and_people_are_addressed_as_tu(room):
    _said, held = room
    assert not [m for m in held if not same_placeholders(m)]
    assert not [m for m in held for text in forms(m.string) if FORMAL.search(text)]


def test_templates_are_read_too():
    said = {m.id for _path, files in CATALOGUES for m in messages.extracted_of(files)}
    assert "Skip to the content" in said
    assert ("%(counter)s piece", "%(counter)s pieces") in said
