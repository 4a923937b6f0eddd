"""Sending a task after what it belongs to is kept: a queue that is gone undoes nothing.

For tasks that the clock catches up with: whoever sends one here says by whom, in a comment. All
others are kept (``keeping``).
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

from marketplace.operation import keeping, metrics

logger = logging.getLogger(__name__)


def send(task: Any, *arguments: Any) -> bool:
    """Queue a task; False where the queue does not answer, which is logged and counted."""
    try:
        with keeping.cared_for():
            task.apply_async(arguments)
    except OperationalError as error:
        cause = type(error.__cause__ or error).__name__
        logger.error("%s could not be queued: %s", task.name, cause)
        metrics.TASKS_UNSENT.labels(task.name).inc()
        return False
    return True


def send_after_commit(task: Any, *arguments: Any) -> None:
    """:func:`send` when the transaction under way has committed, at once where there is none."""
    transaction.on_commit(partial(send, task, *arguments))
