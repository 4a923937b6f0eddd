"""Ranges that PostgreSQL compares: what the exclusion constraints of this room are made of."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeBoundary
from django.db.models import Func


class Validity(Func):
    """``daterange(valid_from, valid_until, '[]')``; no end is for ever."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Time(Func):
    """``tstzrange(starts_at, ends_at)``: whoever ends at ten is free at ten."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def validity() -> Validity:
    return Validity(
        "valid_from", "valid_until", RangeBoundary(inclusive_lower=True, inclusive_upper=True)
    )


def time() -> Time:
    return Time("starts_at", "ends_at", RangeBoundary())
