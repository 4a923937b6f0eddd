"""Template filters: amounts, days and numbers as the reader's language writes them.

``{{ wallet.balance|money }}`` 1.250,00 € · ``{{ lot.expiresOn|day }}`` 31 dicembre 2026 ·
``|short_day`` 31 dic 2026 · ``|moment`` 22 nov 2026, 09:14 · ``{{ km|km }}`` 12 km · ``|number``.
Nothing (None, "") stays nothing. Each also works in Python.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from django import template
from django.conf import settings
from django.utils.translation import get_language

register = template.Library()

# English as Europe writes it: the day before the month.
_LOCALES = {"it": Locale("it", "IT"), "en": Locale("en", "GB")}
_ZONE = ZoneInfo(settings.TIME_ZONE)


def today() -> date:
    """Today in the territory's time."""
    return datetime.now(_ZONE).date()


def locale() -> Locale:
    """Babel's locale of the active language."""
    return _LOCALES.get((get_language() or "it")[:2], _LOCALES["it"])


@register.filter
def money(value: Any) -> str:
    """An amount of the API's (``{"amount", "currency"}``) or a number of euro."""
    if value is None or value == "":
        return ""
    amount, currency = value, "EUR"
    if isinstance(value, dict):
        amount, currency = value["amount"], value.get("currency") or "EUR"
    return numbers.format_currency(Decimal(str(amount)), currency, locale=locale())


@register.filter
def cents(value: Any) -> int:
    """An amount of the API's in whole cents, to compare and to draw with."""
    amount = value["amount"] if isinstance(value, dict) else value
    return int((Decimal(str(amount or 0)) * 100).to_integral_value())


@register.filter
def absolute(value: Any) -> Decimal:
    """Without its sign."""
    return abs(Decimal(str(value or 0)))


@register.filter
def day(value: Any) -> str:
    """31 dicembre 2026."""
    found = day_of(value)
    return dates.format_date(found, "long", locale=locale()) if found else ""


@register.filter
def short_day(value: Any) -> str:
    """31 dic 2026."""
    found = day_of(value)
    return dates.format_date(found, "medium", locale=locale()) if found else ""


@register.filter
def moment(value: Any) -> str:
    """22 nov 2026, 09:14, in the territory's time."""
    if not value:
        return ""
    when = datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else value
    return dates.format_datetime(when, "d MMM y, HH:mm", tzinfo=_ZONE, locale=locale())


@register.filter
def hour(value: Any) -> str:
    """09:14, in the territory's time."""
    if not value:
        return ""
    when = datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else value
    return dates.format_datetime(when, "HH:mm", tzinfo=_ZONE, locale=locale())


@register.filter
def number(value: Any) -> str:
    """1.250."""
    return "" if value in (None, "") else numbers.format_decimal(value, locale=locale())


@register.filter
def km(value: Any) -> str:
    """12 km; under ten with half a kilometre's care: 3,5 km."""
    if value in (None, ""):
        return ""
    rounded = round(value) if value >= 10 else round(float(value) * 2) / 2
    return f"{numbers.format_decimal(rounded, locale=locale())}\u00a0km"


def day_of(value: Any) -> date | None:
    """The day of an ISO date or moment, in the territory's time."""
    if not value:
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value.replace("Z", "+00:00"))
        value = value.astimezone(_ZONE) if value.tzinfo else value
    return value.date() if isinstance(value, datetime) else value
