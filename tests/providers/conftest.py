"""A provider whose charter is signed, and who manages it."""

from __future__ import annotations

import pytest

from tests.ethics_charter import factories as charters
from tests.ethics_charter.conftest import charter as charter
from tests.providers import factories as make


@pytest.fixture
def baker(charter):
    provider = make.provider("Forno di Lovere")
    charters.signed(provider, charter)
    return provider


@pytest.fixture
def manager(baker):
    return make.member(baker.pk)
