"""What runs by itself: the search words that the installed Saleor's own clock does not make."""

from __future__ import annotations

from celery import shared_task

from marketplace.shop import searching

# A minute's work at the most, and then others' turn.
PERIOD_SECONDS, WORK_SECONDS = 120.0, 60.0
BEAT = {
    "shop-search-fill": {
        "task": "marketplace.shop.tasks.fill_search",
        "schedule": PERIOD_SECONDS,
        "options": {"expires": PERIOD_SECONDS},
    }
}


@shared_task
def fill_search() -> int:
    """Let staff find whom and what they could not: of how many that was."""
    return searching.search_fill(seconds=WORK_SECONDS)
