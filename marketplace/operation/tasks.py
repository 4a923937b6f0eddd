"""The heartbeat, from beat through the queue to a worker."""

from __future__ import annotations

from celery import shared_task

from marketplace.operation import heartbeats, messages

BEAT = {
    "operation-heartbeat": {
        "task": "marketplace.operation.tasks.heartbeat",
        "schedule": heartbeats.PERIOD_SECONDS,
        "options": {"expires": heartbeats.EXPIRES_SECONDS},
    },
}


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Show that a worker takes messages from the queue and reaches the database."""
    heartbeats.worker_seen(messages.sent_at())
