"""What the shop does after an order, in the worker."""

from celery import shared_task

from marketplace.shop import orders


@shared_task(name="welfarepiu.order_announce")
def order_announce(order_id: str) -> None:
    """Confirmations and webhooks of a purchase made in one request."""
    orders.order_announce(order_id)
