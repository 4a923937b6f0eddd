"""A task that kills its worker each time (out of memory, say) is not tried for ever.

The queue gives again what a worker has begun and not ended, and says that it does, not how often.
So who begins what was given again notes it, and takes the note away when it has ended, well or not.
What has been begun so often without an end is not given to anybody any more: it is set aside, which
is logged and stands among the figures (``welfarepiu_tasks_set_aside``) for some days.

Only notes, no arguments: they may be of people. What must happen all the same is caught up with by
the clock.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from marketplace.operation.models import Redelivery

logger = logging.getLogger(__name__)

# Besides the first time, which nobody notes.
MOST_BEGINNINGS = 4
KEPT_DAYS = 7


def note_beginning(task_id: str = "", task: Any = None, **_given: Any) -> None:
    """In the process that runs the task, before it does."""
    if not _is_given_again(task.request.delivery_info):
        return
    now = timezone.now()
    note, is_new = Redelivery.objects.get_or_create(
        task_id=task_id, defaults={"task": task.name, "last_at": now}
    )
    if not is_new:
        Redelivery.objects.filter(pk=note.pk).update(times=F("times") + 1, last_at=now)


def note_end(task_id: str = "", task: Any = None, **_given: Any) -> None:
    """In the process that runs the task, after it."""
    if _is_given_again(task.request.delivery_info):
        Redelivery.objects.filter(task_id=task_id).delete()


def set_aside(request: Any = None, **_given: Any) -> None:
    """In the process that receives messages: take for revoked what has killed its worker too often.

    A worker looks among the revoked tasks before it begins one, and tells the queue that such a one
    is done.
    """
    from celery.worker import state

    if not _is_given_again(request.delivery_info):
        return
    try:
        note = Redelivery.objects.filter(task_id=request.id, times__gte=MOST_BEGINNINGS).first()
        if note is None:
            return
        note.set_aside_at = timezone.now()
        note.save(update_fields=["set_aside_at"])
    finally:
        # Children of this process would inherit it.
        connection.close()
    state.revoked.add(request.id)
    logger.error(
        "%s[%s] is set aside: its worker died of it %d times",
        note.task,
        request.id,
        note.times + 1,
    )


def _is_given_again(delivery: Any) -> bool:
    return bool((delivery or {}).get("redelivered"))


def forget_old() -> None:
    """Forget what nobody has begun for some days, set aside or not."""
    Redelivery.objects.filter(last_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()
