"""What runs by itself: expired holds are given back, balances get checkpoints."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from marketplace.ledger import checkpoints, holds


@shared_task
def expire_holds() -> int:
    """Every minute: give back what expired holds hold."""
    return holds.expire_holds(timezone.now())


@shared_task
def checkpoint() -> int:
    """Every minute: keep the tails of append-only balances short."""
    return checkpoints.checkpoint()
