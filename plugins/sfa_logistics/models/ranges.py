"""Ranges that PostgreSQL compares: what the exclusion constraints of this room are made of."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeBoundary
from django.db.models import Func


class Validity(Func):
    """``daterange(first day, last day, '[]')``; without a last day it is for ever."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Time(Func):
    """``tstzrange(starts_at, ends_at)``: whoever ends at ten is free at ten."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def validity(since: str = "valid_from", until: str = "valid_until") -> Validity:
    """The days of a row that has a first and maybe a last day."""
    return Validity(since, until, RangeBoundary(inclusive_lower=True, inclusive_upper=True))


def time() -> Time:
    """The time of a row with ``starts_at`` and ``ends_at``."""
    return Time("starts_at", "ends_at", RangeBoundary())
