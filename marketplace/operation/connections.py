"""A connection that PostgreSQL has ended while nobody used it is made anew before somebody does.

After a restart of the server every thread would otherwise fail once: Django looks at a connection
again only after an error on it, and asking the server each time costs a round trip. What the server
has to say to an idle connection is that it is over; so one with something to read is closed.
"""

from __future__ import annotations

import select
from typing import Any

from celery.signals import task_prerun
from django.core.signals import request_started
from django.db import connections


def connect() -> None:
    """Look before each request and each task."""
    for signal in (request_started, task_prerun):
        signal.connect(close_ended, weak=False, dispatch_uid="welfarepiu.close_ended")


def close_ended(**_given: Any) -> None:
    for one in connections.all():
        if one.connection is not None and not one.in_atomic_block and _has_something_to_say(one):
            one.close()


def _has_something_to_say(one: Any) -> bool:
    try:
        waiting = select.poll()
        waiting.register(one.connection.fileno(), select.POLLIN)
        return bool(waiting.poll(0))
    except Exception:
        # Each driver says in its own way that a connection is closed.
        return True
