"""What runs by itself: attempts to sign in are forgotten when no limit looks at them any more."""

from __future__ import annotations

from celery import shared_task

from marketplace.people.attempts import attempts_forget

BEAT = {
    "people-attempts-forget": {
        "task": "marketplace.people.tasks.forget_attempts",
        "schedule": 600.0,
    }
}


@shared_task
def forget_attempts() -> int:
    """Delete old attempts."""
    return attempts_forget()
