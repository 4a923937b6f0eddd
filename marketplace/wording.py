"""Days and shares inside sentences, as the active language writes them.

A sentence is worded where it is put together, ``_("...") % {...}``, and so are these: in the
language of the request that is refused, and at no cost to one that is not.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_percent
from django.utils import timezone
from django.utils.translation import get_language

# English as Europe writes it: the day before the month.
_LOCALES = {"it": Locale("it", "IT"), "en": Locale("en", "GB")}


def locale() -> Locale:
    """Babel's locale of the active language; English where none is, as the sentences then are."""
    return _LOCALES.get((get_language() or "en")[:2], _LOCALES["it"])


def day(when: date) -> str:
    """``1 marzo 2026``, ``1 March 2026``."""
    return format_date(when, "long", locale=locale())


def clock(when: datetime) -> str:
    """The time of day in the alliance's time zone: ``14:05``."""
    return format_time(timezone.localtime(when), "HH:mm", locale=locale())


def per_cent(share_bps: int) -> str:
    """Basis points as a percentage: ``62,5%``, ``62.5%``."""
    return format_percent(Decimal(share_bps).scaleb(-4), "#,##0.##%", locale=locale())
