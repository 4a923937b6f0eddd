"""What our messages carry besides their task: the request that sent them, its trace, and when.

Celery's signals, connected once per process: on sending, the current request's number goes on the
message's headers; the worker takes it back from there for as long as the task runs, so that a task
that sends another hands it on. Beat notes its heartbeat as it sends it.
"""

from __future__ import annotations

import logging
import os
from contextlib import ExitStack
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from celery.signals import (
    beat_init,
    before_task_publish,
    heartbeat_sent,
    setup_logging,
    task_postrun,
    task_prerun,
    task_received,
    worker_ready,
)
from django.db import Error
from kombu.exceptions import OperationalError

from marketplace.operation import deliveries, exporter, heartbeats, metrics, request_ids
from marketplace.shop import telemetry

logger = logging.getLogger(__name__)

REQUEST_ID, SENT_AT = "welfarepiu_request_id", "welfarepiu_sent_at"
TRACE = "welfarepiu_trace"
HEARTBEAT = "marketplace.operation.tasks.heartbeat"

# Set in the process of beat: who else sends a heartbeat shows nothing of beat.
_is_beat = False
_sent_at: ContextVar[datetime | None] = ContextVar("welfarepiu_sent_at", default=None)
_span: ContextVar[ExitStack | None] = ContextVar("welfarepiu_span", default=None)


def connect() -> None:
    """Twice does no harm: each is known by its id."""
    for signal, handler in (
        (before_task_publish, mark),
        (before_task_publish, note_beat),
        (beat_init, begin_beat),
        (heartbeat_sent, note_worker),
        (worker_ready, exporter.serve),
        (setup_logging, keep_logging),
        (task_received, deliveries.set_aside),
        (task_prerun, take_up),
        (task_prerun, deliveries.note_beginning),
        (task_postrun, deliveries.note_end),
        (task_postrun, lay_down),
    ):
        signal.connect(handler, weak=False, dispatch_uid=f"welfarepiu.{handler.__name__}")


def keep_logging(loglevel: Any = None, **_given: Any) -> None:
    """Whoever takes this signal says to Celery that logging is set up: Django has done so."""
    if loglevel:
        logging.getLogger("celery").setLevel(loglevel)


def sent_at() -> datetime | None:
    """When the message of the running task was sent."""
    return _sent_at.get()


def mark(headers: Any = None, **_given: Any) -> None:
    if isinstance(headers, dict):
        headers.setdefault(REQUEST_ID, request_ids.current() or request_ids.new())
        headers[SENT_AT] = datetime.now(UTC).isoformat()
        headers[TRACE] = telemetry.carried()


def begin_beat(sender: Any = None, **_given: Any) -> None:
    """Send the first heartbeat at once: a new installation is known to work after a second."""
    global _is_beat
    _is_beat = True
    try:
        sender.app.send_task(HEARTBEAT, expires=heartbeats.EXPIRES_SECONDS)
    except OperationalError as error:
        # Celery waits for the queue from here on; the next heartbeat is half a minute away.
        logger.error("the queue does not answer: %s", type(error.__cause__ or error).__name__)


def is_beat() -> bool:
    """Whether this is the process that sends what runs by the clock."""
    return _is_beat


def note_beat(sender: Any = None, **_given: Any) -> None:
    if not _is_beat or sender != HEARTBEAT:
        return
    touch()
    try:
        heartbeats.beat_seen()
    except Error as error:
        # Beat goes on without a database, and is seen again when that is back.
        logger.error("beat could not note its heartbeat: %s", type(error).__name__)


def note_worker(**_given: Any) -> None:
    """The worker's own loop turns, whether or not there is a task."""
    touch()


def touch() -> None:
    """Renew the file that a container's own health check looks at, where one is named."""
    file = os.environ.get("WELFAREPIU_ALIVE_FILE")
    if file:
        Path(file).touch()


def take_up(task: Any = None, **_given: Any) -> None:
    headers = _headers(task)
    request_ids.adopt(request_ids.sound_or_new(headers.get(REQUEST_ID)))
    sent = _moment(headers.get(SENT_AT))
    _sent_at.set(sent)
    spanning = ExitStack()
    spanning.enter_context(telemetry.task_span(str(getattr(task, "name", "")), headers.get(TRACE)))
    _span.set(spanning)
    if sent is not None:
        waited = (datetime.now(UTC) - sent).total_seconds()
        metrics.TASK_WAIT_SECONDS.observe(max(waited, 0.0))


def lay_down(**_given: Any) -> None:
    spanning = _span.get()
    if spanning is not None:
        spanning.close()
    _span.set(None)
    request_ids.adopt("")
    _sent_at.set(None)


def _headers(task: Any) -> dict[str, Any]:
    """The headers of a task's message; Celery lays them out in the request itself, or beside it."""
    request = getattr(task, "request", None)
    beside = getattr(request, "headers", None) or {}
    return {
        name: getattr(request, name, None) or beside.get(name)
        for name in (REQUEST_ID, SENT_AT, TRACE)
    }


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
