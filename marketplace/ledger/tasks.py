"""What runs by itself: expired holds are given back, balances get checkpoints."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from marketplace.ledger import checkpoints, holds

BEAT = {
    "ledger-expire-holds": {"task": "marketplace.ledger.tasks.expire_holds", "schedule": 60.0},
    "ledger-checkpoint": {"task": "marketplace.ledger.tasks.checkpoint", "schedule": 60.0},
}


@shared_task
def expire_holds() -> int:
    """Give back what expired holds hold."""
    return holds.expire_holds(timezone.now())


@shared_task
def checkpoint() -> int:
    """Keep the tails of append-only balances short."""
    return checkpoints.checkpoint()
