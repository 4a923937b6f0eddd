"""A charter to sign."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugins.ethics_charter.services import charter_load

CHARTER = Path(__file__).resolve().parents[2] / "fixtures" / "territory" / "charter_v1.json"


@pytest.fixture
def charter(db):
    return charter_load(CHARTER)
