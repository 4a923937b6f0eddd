"""A broker of the test's own choice, and parts that have been seen."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from marketplace.operation import heartbeats


@pytest.fixture
def everything_works(db):
    """Worker and beat have just shown themselves."""
    from django.utils import timezone

    heartbeats.beat_seen()
    heartbeats.worker_seen(timezone.now())


@contextmanager
def broker_at(url: str):
    """Let Celery send to ``url``; the environment goes before its settings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CELERY_BROKER_URL", url)
        yield
