"""Fixtures of the whole suite: a database in seconds, and one that really commits."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests import databases
from tests.graphql_client import Api

TESTS = Path(__file__).parent
# Where the suite runs in several processes, what stays in one of them: a browser and its servers
# are started once, as is the whole edition, and two crowds would ask the database server for more
# connections than it has.
TOGETHER = {
    "journeys": "browser",
    "storefront": "browser",
    "ledger/test_concurrency.py": "crowd",
    "operation/test_processes.py": "processes",
}

# The first value that Hypothesis draws makes it read every module that lies in no site-packages:
# of a Saleor that is run from its source tree, for seconds.
settings.register_profile("welfarepiu", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("welfarepiu")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        place = item.path.relative_to(TESTS).as_posix()
        for beginning, group in TOGETHER.items():
            if place.startswith(beginning):
                item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(autouse=True)
def english():
    """Tests read English; a request speaks its own language, and would leave it behind."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    """Replace pytest-django's: one clone of the migrated template for the session.

    Between making and dropping it the database is blocked again, so that a test without the mark
    cannot write what the next ones would find.
    """
    with ExitStack() as session:
        with django_db_blocker.unblock():
            name = session.enter_context(databases.cloned("session"))
        yield name
        with django_db_blocker.unblock():
            session.close()


@pytest.fixture
def committed_db(django_db_setup, django_db_blocker):
    """A database of its own in which every commit is real: for threads, processes and crashes.

    Dropped afterwards, so nothing is truncated: the ledger forbids that.
    """
    with django_db_blocker.unblock(), databases.cloned("committed") as name:
        yield name


@pytest.fixture(scope="session")
def shop(django_db_setup, django_db_blocker):
    """A running shop, API and storefront, over the demo territory; see tests/storefront/shop.py.

    Who changes something in it does so with a buyer of their own: ``shop.buyer()``; who reads its
    rows: ``with shop.looking_in(): ...``.
    """
    from tests.storefront.shop import open_shop

    with django_db_blocker.unblock(), open_shop() as opened:
        yield opened


@pytest.fixture
def api():
    """The GraphQL endpoint, over Django's HTTP client."""
    return Api()


@pytest.fixture
def town(db):
    """A small town to shop in, rolled back after the test."""
    from tests import shopping

    return shopping.build()
