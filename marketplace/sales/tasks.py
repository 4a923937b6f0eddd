"""What follows from an order in the worker."""

from __future__ import annotations

from celery import shared_task

from marketplace.sales import announcements


@shared_task(name="welfarepiu.order_announce")
def order_announce(order_id: str) -> None:
    """Confirmations and webhooks of a purchase made in one request."""
    announcements.order_announce(order_id=order_id)
