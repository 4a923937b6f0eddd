"""What kills its worker is counted, set aside in the end, and seen; what ends is forgotten.

With workers that die: tests/embedded/test_killed_worker.py and tests/engine/saleor3.
"""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery.worker import state
from django.utils import timezone

from marketplace.operation import deliveries, figures
from marketplace.operation.models import Redelivery
from marketplace.operation.tasks import deliveries_forget

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch):
    """The connection of the test's transaction stays; what is revoked here is so for nobody."""
    monkeypatch.setattr(deliveries.connection, "close", lambda: None)
    monkeypatch.setattr(state, "revoked", set())


def given(again: bool = True) -> dict[str, Any]:
    """A task as Celery's signals hand it over."""
    request = SimpleNamespace(delivery_info={"redelivered": again})
    return {"task_id": "a-task", "task": SimpleNamespace(name="of.the.test", request=request)}


def received(again: bool = True) -> bool:
    """Whether a worker that receives it is to do it."""
    deliveries.set_aside(request=SimpleNamespace(id="a-task", delivery_info={"redelivered": again}))
    return "a-task" not in state.revoked


def test_a_first_time_is_not_noted():
    assert received(again=False)
    deliveries.note_beginning(**given(again=False))
    assert not Redelivery.objects.exists()


def test_what_never_ends_is_set_aside_and_counted(caplog):
    for _death in range(deliveries.MOST_BEGINNINGS):
        assert received()
        assert figures.tasks_set_aside() == []
        deliveries.note_beginning(**given())
    assert not received()
    assert "of.the.test[a-task] is set aside: its worker died of it 5 times" in caplog.text
    assert figures.tasks_set_aside() == [({"task": "of.the.test"}, 1)]


def test_what_ends_begins_from_nothing():
    for _again in range(3 * deliveries.MOST_BEGINNINGS):
        assert received()
        deliveries.note_beginning(**given())
        deliveries.note_end(**given())
    assert not Redelivery.objects.exists()


def test_what_was_long_ago_is_forgotten():
    deliveries.note_beginning(**given())
    deliveries_forget()
    assert Redelivery.objects.exists()
    Redelivery.objects.update(last_at=timezone.now() - timedelta(days=8))
    deliveries_forget()
    assert not Redelivery.objects.exists()
