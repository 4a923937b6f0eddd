from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OperationConfig(AppConfig):
    name = "marketplace.operation"
    label = "operation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.operation import connections, keeping, messages
        from marketplace.shop.background import app

        connections.connect()
        messages.connect()
        keeping.keep_what_is_not_taken(app)
        post_migrate.connect(_leave_probe, sender=self)


def _leave_probe(using: str, **_given: Any) -> None:
    from marketplace.operation.keys import probe_leave

    probe_leave(using=using)
