"""The wallet's work by the clock."""

from __future__ import annotations

from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from plugins.welfare_wallet import credit, expiry, holds


@shared_task(name="welfarepiu.credit_lapse")
def credit_lapse() -> int:
    """Move what is left in expired credit lots where each plan says."""
    return credit.lapse_expired()


@shared_task(name="welfarepiu.expiry_warn")
def expiry_warn() -> int:
    """Write to whose credit is about to expire; a day that was missed is caught up with."""
    return expiry.expiry_warn_all()


@shared_task(name="welfarepiu.holds_close")
def holds_close() -> int:
    """Let wallet and shop know which holds have expired."""
    return holds.holds_close(now=timezone.now())


BEAT = {
    "holds-close": {"task": "welfarepiu.holds_close", "schedule": 60.0},
    "credit-lapse": {
        "task": "welfarepiu.credit_lapse",
        "schedule": crontab(hour=1, minute=15),
    },
    # In the morning, when letters are read; twice, for who could not be reached the first time.
    "expiry-warn": {
        "task": "welfarepiu.expiry_warn",
        "schedule": crontab(hour="8,14", minute=5),
    },
}
