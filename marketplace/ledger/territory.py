"""Whose ledger this is: every row says its territory, every statement names it.

One installation serves one territory. It is a parameter of each SQL function and of each statement,
never a setting of the database session, so that a plan opens one partition and a call says by
itself where it belongs.
"""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils import timezone


def territory_id() -> int:
    """The number of this installation's territory (``LEDGER_TERRITORY``)."""
    return int(settings.LEDGER_TERRITORY)


def today() -> date:
    """The day where the territory is, whatever time zone a request has activated.

    Django's own ``localdate()`` asks for that time zone: with Django 3.2 a tenth of what Python has
    to do for a posting.
    """
    return timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()


class OfThisTerritory(models.Manager):
    """Rows of this installation's territory, out of its partition alone."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(territory_id=territory_id())
