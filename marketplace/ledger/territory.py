"""Whose ledger this is: every row says its territory, every statement names it.

One installation serves one territory. It is a parameter of each SQL function and of each statement,
never a setting of the database session, so that a plan opens one partition and a call says by
itself where it belongs.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


def territory_id() -> int:
    """The number of this installation's territory (``LEDGER_TERRITORY``)."""
    return int(settings.LEDGER_TERRITORY)


class OfThisTerritory(models.Manager):
    """Rows of this installation's territory, out of its partition alone."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(territory_id=territory_id())
