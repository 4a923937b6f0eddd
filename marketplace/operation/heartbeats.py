"""Who still works: beat notes when it sends the heartbeat, the worker when it runs it.

So a silent beat, a silent worker and a queue that nobody empties are told apart.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from marketplace.operation.models import Heartbeat, Part

PERIOD_SECONDS = 30.0
# One that waited longer than a few periods says nothing any more.
EXPIRES_SECONDS = 10 * PERIOD_SECONDS


class Ages(NamedTuple):
    """Seconds since each part was last seen; None where it never was.

    ``queue`` is the age of the newest heartbeat that a worker has taken from the queue: what is
    sent now waits about that long, less the time between two heartbeats.
    """

    worker: float | None
    beat: float | None
    queue: float | None


def beat_seen() -> None:
    """Beat has just sent a heartbeat."""
    Heartbeat.objects.update_or_create(part=Part.BEAT.value, defaults={"seen_at": timezone.now()})


def worker_seen(sent_at: datetime | None) -> None:
    """A worker runs a heartbeat that was sent at ``sent_at``."""
    seen = {"seen_at": timezone.now(), "sent_at": sent_at}
    Heartbeat.objects.update_or_create(part=Part.WORKER.value, defaults=seen)


def ages() -> Ages:
    now = timezone.now()
    found = {one.part: one for one in Heartbeat.objects.all()}
    worker, beat = found.get(Part.WORKER.value), found.get(Part.BEAT.value)

    def age(at: datetime | None) -> float | None:
        return None if at is None else max((now - at).total_seconds(), 0.0)

    return Ages(
        worker=age(worker and worker.seen_at),
        beat=age(beat and beat.seen_at),
        queue=age(worker and worker.sent_at),
    )
