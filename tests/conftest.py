"""Fixtures of the whole suite: a database in seconds, and one that really commits."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests import databases
from tests.graphql_client import Api

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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand tests out one by one, and what belongs together as one.

    Not by xdist's marks: xdist 3.8 writes them into a name that pytest 9.2 does not read any more.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            place = nodeid.removeprefix("tests/")
            found = (group for beginning, group in TOGETHER.items() if place.startswith(beginning))
            return next(found, nodeid)

    return Together(config, log)


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
