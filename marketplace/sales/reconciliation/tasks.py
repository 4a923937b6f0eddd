"""The reconciler by the clock: often over the last days, at night over the last months."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from celery.schedules import crontab
from django.conf import settings
from django.utils import timezone

from marketplace.refusals import Refusal
from marketplace.sales.reconciliation.models import StartedBy
from marketplace.sales.reconciliation.services import reconcile

logger = logging.getLogger(__name__)

BEAT = {
    "reconcile": {
        "task": "marketplace.sales.reconciliation.tasks.reconcile_lately",
        "schedule": 300.0,
    },
    "reconcile-at-night": {
        "task": "marketplace.sales.reconciliation.tasks.reconcile_at_length",
        "schedule": crontab(hour="3", minute="40"),
    },
}


@shared_task
def reconcile_lately() -> None:
    """Compare what has happened since yesterday or so."""
    _reconcile(hours=None)


@shared_task
def reconcile_at_length() -> None:
    """Compare the last months."""
    _reconcile(hours=settings.RECONCILE_NIGHT_DAYS * 24)


def _reconcile(hours: int | None) -> None:
    since = None if hours is None else timezone.now() - timedelta(hours=hours)
    try:
        report = reconcile(since=since, started_by=StartedBy.CLOCK)
    except Refusal as refusal:
        logger.info("not reconciled: %s", refusal)
        return
    if report.left:
        logger.warning("%s differences need somebody to look", len(report.left))
