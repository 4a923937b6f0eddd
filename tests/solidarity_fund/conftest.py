from __future__ import annotations

import pytest

from plugins.solidarity_fund import levies
from tests.solidarity_fund import factories


@pytest.fixture(autouse=True)
def _no_shares_kept():
    """What one test's database says of the levy is nothing to the next one's."""
    levies.forget_shares()
    yield
    levies.forget_shares()


@pytest.fixture
def by(db):
    """A committee with EUR 5,000, a treasurer, and an applicant."""
    return factories.committee()
