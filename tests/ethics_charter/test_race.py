"""A withdrawal and a publication at the same moment: nothing stays public without an adhesion."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from marketplace.providers.listings import listing_publish
from plugins.ethics_charter.services import adhesion_withdraw, charter_load
from tests.at_once import a_lock_is_waited_for, ended, wait_until
from tests.ethics_charter import factories as charters
from tests.ethics_charter.conftest import CHARTER
from tests.providers import factories as make
from tests.providers.factories import is_public

WAITS_S = 10.0


class Scene:
    """A provider with a signed charter and a draft."""

    def __init__(self) -> None:
        provider = make.provider()
        self.adhesion = charters.signed(provider, charter_load(CHARTER))
        self.listing = make.bare_listing(provider)
        self.manager, self.operator = charters.manager_of(provider), charters.operator()

    def publish(self) -> None:
        listing_publish(actor=self.manager, listing_id=self.listing.pk)

    def withdraw(self) -> None:
        adhesion_withdraw(actor=self.operator, adhesion_id=self.adhesion.pk, why="False origin")

    def public(self) -> tuple[str, bool]:
        self.listing.refresh_from_db()
        return self.listing.status, is_public(self.listing)


@pytest.fixture
def scene(committed_db):
    return Scene()


def _meanwhile(first: Callable[[], None], second: Callable[[], None]) -> str:
    """Do ``first`` and, before it commits, ``second`` in another session; the second's answer."""

    def run() -> str:
        try:
            return ended(second)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            answer = pool.submit(run)
            wait_until(lambda: answer.done() or a_lock_is_waited_for())
        return answer.result()


def test_a_withdrawal_about_to_commit_stops_the_publication(scene):
    assert _meanwhile(scene.withdraw, scene.publish) == "CHARTER_NOT_IN_FORCE"
    assert scene.public() == ("draft", False)


def test_a_publication_about_to_commit_is_undone_by_the_withdrawal(scene):
    assert _meanwhile(scene.publish, scene.withdraw) == "DONE"
    assert scene.public() == ("withdrawn", False)


def test_without_the_lock_a_product_would_stay_public(scene):
    """The twin: the trigger's function as it is, but for its FOR SHARE."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('ethics_charter_require'::regproc)")
        cursor.execute(cursor.fetchone()[0].replace("FOR SHARE;", ";"))
    assert _meanwhile(scene.withdraw, scene.publish) == "DONE"
    assert scene.public() == ("published", True)
