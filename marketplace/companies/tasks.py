"""What the room does by the clock."""

from __future__ import annotations

import logging

from celery import shared_task

from marketplace.companies import selectors
from marketplace.companies.services.top_ups import top_up_refresh
from marketplace.refusals import Refusal

logger = logging.getLogger(__name__)

BEAT = {
    "companies-top-ups-refresh": {
        "task": "marketplace.companies.tasks.top_ups_refresh",
        "schedule": 300.0,
    }
}


@shared_task
def top_ups_refresh() -> None:
    """Ask Stripe about the top-ups that still wait: a webhook may have been lost."""
    for top_up_id in selectors.top_ups_to_refresh():
        try:
            top_up_refresh(top_up_id=top_up_id)
        except Refusal as refusal:
            logger.warning("top-up %s is not refreshed: %s", top_up_id, refusal)
