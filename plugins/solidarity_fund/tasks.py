"""The Fund's work in the background."""

from __future__ import annotations

from celery import shared_task
from celery.schedules import crontab

from plugins.solidarity_fund import awards

BEAT = {
    "fund-awards-expire": {
        "task": "plugins.solidarity_fund.tasks.awards_expire",
        "schedule": crontab(hour="2", minute="15"),
    }
}


@shared_task
def awards_expire() -> int:
    """Release reservations whose days to pay are over."""
    return awards.awards_expire()
