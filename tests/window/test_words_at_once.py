"""Two changes of one listing at once: the words are those of both."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection, connections

from marketplace.window.models import Searchable
from plugins.ethics_charter.services import charter_load
from tests.ethics_charter import factories as charters
from tests.ethics_charter.conftest import CHARTER
from tests.providers import factories as make
from tests.window.factories import offer


@pytest.fixture
def published(committed_db):
    provider = make.provider("Forno")
    charters.signed(provider, charter_load(CHARTER))
    return offer(provider, "Pane")


def test_two_changes_at_once_leave_the_words_of_both(published):
    """A name changes in one transaction, the provenance in another that began before."""
    listing = published
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "UPDATE product_product SET name = 'Focaccia' WHERE id = %s", [listing.product_id]
            )
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
            with pytest.raises(OperationalError, match="lock timeout"):
                cursor.execute(
                    "UPDATE providers_listing SET provenance = 'Endine' WHERE id = %s", [listing.pk]
                )
        other.commit()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE providers_listing SET provenance = 'Endine' WHERE id = %s", [listing.pk]
            )
    finally:
        other.close()
    document = str(Searchable.objects.get(pk=listing.pk).document)
    assert "focacc" in document
    assert "endin" in document
