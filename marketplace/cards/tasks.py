"""Giving back to cards, in the worker and by the clock."""

from __future__ import annotations

import logging

from celery import shared_task

from marketplace.cards import refunds
from marketplace.refusals import Refusal

logger = logging.getLogger(__name__)


@shared_task(name="welfarepiu.card_refund_send")
def card_refund_send(refund_id: int) -> None:
    """Ask Stripe for one refund; where it does not answer, the clock asks again."""
    try:
        refunds.refund_send(refund_id=refund_id)
    except Refusal as refusal:
        logger.warning("card refund %s waits: %s", refund_id, refusal)


@shared_task(name="welfarepiu.card_refunds_catch_up")
def card_refunds_catch_up() -> int:
    """Ask Stripe again for what is owed; return how many were waiting."""
    waiting = refunds.refunds_waiting()
    for refund_id in waiting:
        card_refund_send(refund_id)
    return len(waiting)


BEAT = {
    "card-refunds-catch-up": {"task": "welfarepiu.card_refunds_catch_up", "schedule": 120.0},
}
