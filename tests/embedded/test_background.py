"""What runs by the clock is composed from the rooms."""

from __future__ import annotations

import sys
import types

import pytest

from marketplace import background


@pytest.fixture
def room(monkeypatch):
    """``room(name, BEAT)`` makes a room with a ``tasks`` module."""
    from importlib.machinery import ModuleSpec

    def make(name: str, beat: dict) -> str:
        for full in (name, f"{name}.tasks"):
            module = types.ModuleType(full)
            module.__spec__ = ModuleSpec(full, None)
            module.__path__ = []
            monkeypatch.setitem(sys.modules, full, module)
        sys.modules[f"{name}.tasks"].BEAT = beat
        return name

    return make


def test_entries_of_the_rooms_are_put_together(room):
    one = room("a_room", {"one": {"task": "a_room.tasks.one", "schedule": 1.0}})
    two = room("b_room", {"two": {"task": "b_room.tasks.two", "schedule": 2.0}})
    assert set(background.schedule([one, two, "marketplace.api"])) == {"one", "two"}


def test_a_name_in_two_rooms_is_refused(room):
    one, two = room("a_room", {"same": {}}), room("b_room", {"same": {}})
    with pytest.raises(ValueError, match="same"):
        background.schedule([one, two])


def test_the_rooms_entries_stand_beside_the_engines(settings):
    ours = background.schedule(settings.WELFAREPIU_ROOMS)
    assert "operation-heartbeat" in ours
    assert ours.items() <= background.app.conf.beat_schedule.items()
    assert background.app.conf.beat_schedule is settings.CELERY_BEAT_SCHEDULE


def test_every_entry_names_a_task_that_exists():
    background.app.loader.import_default_modules()
    for name, entry in background.app.conf.beat_schedule.items():
        assert entry["task"] in background.app.tasks, name
