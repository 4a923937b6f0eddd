"""For a worker to include: a task that takes its worker along, and nobody's patience with it."""

from __future__ import annotations

import os
import signal

from celery import shared_task

from marketplace.operation import deliveries

# Celery waits ten seconds at each death.
deliveries.MOST_BEGINNINGS = 1


@shared_task(name="tests.deadly")
def deadly() -> None:
    """As the system does where memory has run out."""
    os.kill(os.getpid(), signal.SIGKILL)
