"""Cells of a table for spreadsheets: as the reader's language writes numbers, and harmless.

A spreadsheet runs what begins with ``=``, ``+``, ``-`` or ``@`` as a formula: text that somebody
typed (a provider's name) is kept from it by an apostrophe in front. Amounts are numbers and stay.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.dates import format_date

from storefront.money import day_of, locale

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class Line:
    """What ``csv.writer`` writes to: hands each line back."""

    def write(self, text: str) -> str:
        return text


def separator() -> str:
    """A semicolon where the comma separates decimals: as spreadsheets do there."""
    return ";" if decimal_comma() else ","


def decimal_comma() -> bool:
    return str(locale().number_symbols["latn"]["decimal"]) == ","


def text_cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULAS) else text


def money_cell(value: Any) -> str:
    """Two decimals, no currency and no groups of thousands: a number for a spreadsheet."""
    text = f"{Decimal(str(value['amount'])):.2f}"
    return text.replace(".", ",") if decimal_comma() else text


def day_cell(value: Any) -> str:
    """22/11/2026: what a spreadsheet of that language takes for a day."""
    found = day_of(value)
    return format_date(found, "dd/MM/y", locale=locale()) if found else ""
