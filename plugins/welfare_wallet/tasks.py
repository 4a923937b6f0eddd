"""The wallet's work by the clock."""

from __future__ import annotations

from celery import shared_task
from celery.schedules import crontab

from plugins.welfare_wallet import credit


@shared_task(name="welfarepiu.credit_lapse")
def credit_lapse() -> int:
    """Move what is left in expired credit lots where each plan says."""
    return credit.lapse_expired()


BEAT = {
    "credit-lapse": {
        "task": "welfarepiu.credit_lapse",
        "schedule": crontab(hour=1, minute=15),
    }
}
