"""A territory moved between the two Saleors, there and back; each has its own interpreter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from marketplace.operation.moving.archive import unpacking
from tests.moving.other import Seen, ask, take, tell

pytestmark = pytest.mark.slow


def as_told(seen: Seen) -> Seen:
    """As another process tells it."""
    return Seen(**json.loads(json.dumps(vars(seen), default=str)))


def engine_of(file: Path) -> Any:
    with unpacking(file) as packed:
        return packed.manifest.engine


def test_from_the_embedded_edition_to_production_and_back(
    django_db_setup, django_db_blocker, tmp_path
):
    first, second, third = (tmp_path / f"{n}.zip" for n in (1, 2, 3))
    (embedded,) = ask("tell", first, "bought-on-2")
    with django_db_blocker.unblock():
        arrived, production = map(
            as_told, take(first, second, "bought-on-3", old_key="bought-on-2")
        )
    assert [engine_of(first), engine_of(second)] == ["saleor2", "saleor3"]
    assert arrived == embedded
    back, _after = ask("take", second, third, "bought-on-2-again", "bought-on-3")
    assert back == production


def test_from_production_to_the_embedded_edition_and_back(
    django_db_setup, django_db_blocker, tmp_path
):
    first, second, third = (tmp_path / f"{n}.zip" for n in (1, 2, 3))
    with django_db_blocker.unblock():
        production = as_told(tell(first, "bought-on-3"))
    arrived, embedded = ask("take", first, second, "bought-on-2", "bought-on-3")
    assert arrived == production
    with django_db_blocker.unblock():
        back, _after = map(as_told, take(second, third, "bought-on-3-again", old_key="bought-on-2"))
    assert back == embedded
