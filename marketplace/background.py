"""Work in the background: ``celery -A marketplace.background worker`` and ``... beat``.

The app is the engine's own, so that Saleor's tasks and ours share one queue. A room's part in it is
its ``tasks.py``: functions under ``@shared_task``, found by Celery, and what shall run by the clock
in a dictionary ``BEAT``::

    BEAT = {"ledger-checkpoint": {"task": "marketplace.ledger.tasks.checkpoint", "schedule": 60.0}}

with Celery's keys (``schedule`` in seconds or a ``celery.schedules.crontab``, in Rome's time). The
names must be unique among the rooms. A task may run twice (the queue delivers at least once), and
may be lost with the process that runs it: so each is idempotent, and what must happen is caught up
with by the clock.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.embedded")

import django

django.setup()

from django.conf import settings  # noqa: E402

from marketplace.shop.background import app  # noqa: E402

__all__ = ["app", "schedule"]


def schedule(rooms: list[str]) -> dict[str, Any]:
    """The ``BEAT`` entries of ``rooms``, in one dictionary.

    Raises:
        ValueError: two rooms use one name.
    """
    entries: dict[str, Any] = {}
    for room in rooms:
        if find_spec(f"{room}.tasks") is None:
            continue
        for name, entry in getattr(import_module(f"{room}.tasks"), "BEAT", {}).items():
            if name in entries:
                raise ValueError(f"Two rooms have a BEAT entry named {name!r}.")
            entries[name] = entry
    return entries


# Beside Saleor 3's own schedule, and where that is: Celery takes what Django's settings say before
# what is set on the app.
settings.CELERY_BEAT_SCHEDULE = {
    **getattr(settings, "CELERY_BEAT_SCHEDULE", {}),
    **schedule(settings.WELFAREPIU_ROOMS),
}
