"""Saleor 2.10.1's webhook deliveries: a receiver that refuses is not asked again.

Saleor retries every failed delivery 15 times, the receiver's refusals (4xx) included: a wrong
secret or a deleted endpoint is hammered for days. What may pass by itself is still retried: no
answer, 5xx, and the three 4xx that ask for patience.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from celery.app.autoretry import add_autoretry_behaviour
from requests.exceptions import HTTPError, RequestException
from saleor.plugins.webhook.tasks import send_webhook_request

logger = logging.getLogger(__name__)

# 408 Request Timeout, 425 Too Early, 429 Too Many Requests (RFC 9110, 8470, 6585).
PATIENCE = frozenset({408, 425, 429})


def _delivering(deliver: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(deliver)
    def run(webhook_id: int, target_url: str, *rest: Any) -> Any:
        try:
            return deliver(webhook_id, target_url, *rest)
        except HTTPError as error:
            status = error.response.status_code if error.response is not None else 500
            if status >= 500 or status in PATIENCE:
                raise
            logger.warning("webhook %s was refused with %s and is dropped", webhook_id, status)
            return None

    return run


def drop_what_is_refused() -> None:
    """Change Saleor's task, once; the names in the queue stay the same."""
    task = send_webhook_request
    if getattr(task, "drops_refused", False):
        return
    task.run = _delivering(task._orig_run)
    del task._orig_run
    add_autoretry_behaviour(
        task,
        autoretry_for=(RequestException,),
        retry_backoff=60,
        retry_kwargs={"max_retries": 15},
    )
    task.drops_refused = True
