"""``shop``: one running shop for the session; tests make buyers of their own in it."""

from __future__ import annotations

import pytest

from tests.storefront.shop import open_shop


@pytest.fixture(scope="session")
def shop(django_db_setup, django_db_blocker):
    """API and storefront over the demo territory. Who changes something in it does so with a
    buyer of their own: ``shop.buyer()``; who reads its rows: ``with shop.looking_in(): ...``."""
    with django_db_blocker.unblock(), open_shop() as opened:
        yield opened
