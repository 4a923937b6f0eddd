"""What the queue does not take is kept in the database, and sent when the queue is back.

A letter with a password's link, Saleor's news of an order, a webhook: whoever asks for one is not
told to ask again because Redis is gone for a minute. It is kept in the transaction of who sends
it, so it goes with it if that is undone. What runs by the clock is not kept: its next turn comes;
nor is what nobody wants late (``expires``), nor what its sender catches up with (``sending``).

Encrypted: arguments are words and addresses of people.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any

from celery.utils import uuid
from django.db import Error, transaction
from kombu.exceptions import EncodeError, OperationalError
from kombu.utils.json import dumps, loads

from marketplace.operation import messages
from marketplace.operation.models import KeptTask

logger = logging.getLogger(__name__)

# What a message is sent with, besides its arguments, that still holds when it is sent later.
KEPT = ("task_id", "queue", "countdown", "eta", "retries", "headers", "priority", "MessageGroupId")

_is_cared_for: ContextVar[bool] = ContextVar("welfarepiu_is_cared_for", default=False)


@contextmanager
def cared_for() -> Iterator[None]:
    """What is sent inside is caught up with by whoever sends it: it is not kept."""
    mark = _is_cared_for.set(True)
    try:
        yield
    finally:
        _is_cared_for.reset(mark)


def keep_what_is_not_taken(app: Any) -> None:
    """Have all that a Celery app sends kept where the queue does not answer; twice does no harm."""
    own = app.send_task
    if getattr(own, "keeps", False):
        return
    sending = wraps(own)(partial(_send, app, own))
    sending.keeps = True  # type: ignore[attr-defined]
    app.send_task = sending


def _send(
    app: Any, own: Callable[..., Any], name: str, args: Any = None, kwargs: Any = None, **given: Any
) -> Any:
    given["task_id"] = given.get("task_id") or uuid()
    try:
        return own(name, args, kwargs, **given)
    except OperationalError as error:
        if _is_cared_for.get() or messages.is_beat() or given.get("expires"):
            raise
        _keep(error, name, [list(args or ()), dict(kwargs or {})], given)
        return app.AsyncResult(given["task_id"])


def _keep(error: OperationalError, name: str, arguments: list[Any], given: dict[str, Any]) -> None:
    options = {option: given[option] for option in KEPT if given.get(option) is not None}
    try:
        with transaction.atomic():
            KeptTask.objects.create(task=name, message=dumps([*arguments, options]))  # type: ignore[no-untyped-call]
    except (Error, EncodeError, TypeError, ValueError):
        raise error from None
    cause = type(error.__cause__ or error).__name__
    logger.error("%s could not be queued and is kept: %s", name, cause)


def kept_send(app: Any) -> int:
    """Send what is kept, the oldest first, as long as the queue takes it; how many there were."""
    sent = 0
    with cared_for():
        while _send_oldest(app):
            sent += 1
    return sent


def _send_oldest(app: Any) -> bool:
    """Sent before it is forgotten: a crash in between sends it twice rather than never."""
    with transaction.atomic():
        kept = KeptTask.objects.select_for_update(skip_locked=True).order_by("pk").first()
        if kept is None:
            return False
        arguments, named, options = loads(kept.message)  # type: ignore[no-untyped-call]
        try:
            app.send_task(kept.task, arguments, named, **options)
        except OperationalError:
            return False
        kept.delete()
        return True
