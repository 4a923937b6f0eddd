"""The world of the guards: made once per module, and undone after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from plugins.solidarity_fund import levies
from tests import tables
from tests.api import world as worlds


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[worlds.World]:
    """Two organisations of each kind, in a transaction that ends with the module.

    A module that asks for it does not ask for ``db``.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        made = worlds.build()
        made.contents = tables.contents()
        yield made
        transaction.set_rollback(True)
    levies.forget_shares()
