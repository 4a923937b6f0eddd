"""Without a Saleor 3.23 to run on, ``make engine`` says what it wants."""

from __future__ import annotations

import pytest

from tests.engine.__main__ import ROOMS, main
from tests.engine.test_schemas import PROJECT


@pytest.mark.parametrize("home", ["", "/nowhere/at/all"])
def test_it_says_what_it_wants(monkeypatch, capsys, home):
    monkeypatch.setenv("SALEOR_HOME", home)
    assert main([]) == 2
    assert "SALEOR_HOME" in capsys.readouterr().out


def test_it_runs_rooms_that_are_there():
    assert all((PROJECT / "tests" / room).is_dir() for room in ROOMS)
