"""The heartbeat, from beat through the queue to a worker, and what was not taken or not ended."""

from __future__ import annotations

from celery import current_app, shared_task
from celery.schedules import crontab

from marketplace.operation import deliveries, heartbeats, keeping, messages

KEPT_SEND_SECONDS = 30.0
BEAT = {
    "operation-heartbeat": {
        "task": "marketplace.operation.tasks.heartbeat",
        "schedule": heartbeats.PERIOD_SECONDS,
        "options": {"expires": heartbeats.EXPIRES_SECONDS},
    },
    "operation-kept-send": {
        "task": "marketplace.operation.tasks.kept_send",
        "schedule": KEPT_SEND_SECONDS,
        "options": {"expires": KEPT_SEND_SECONDS},
    },
    "operation-deliveries-forget": {
        "task": "marketplace.operation.tasks.deliveries_forget",
        "schedule": crontab(hour=3, minute=40),
    },
}


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Show that a worker takes messages from the queue and reaches the database."""
    heartbeats.worker_seen(messages.sent_at())


@shared_task(ignore_result=True)
def deliveries_forget() -> None:
    """Forget what the queue gave again long ago."""
    deliveries.forget_old()


@shared_task(ignore_result=True)
def kept_send() -> None:
    """Send what the queue did not take when it was gone."""
    keeping.kept_send(current_app)
