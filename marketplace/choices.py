"""Choices of a column: Django's ``TextChoices`` as a ``StrEnum``, which type checkers read."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Choices(StrEnum):
    """``NAME = "value", _("Label")``; ``Kind.choices()`` is what a model field takes."""

    label: Any

    def __new__(cls, value: str, label: Any = None) -> Choices:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = value if label is None else label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, Any]]:
        """(value, label) pairs in the order of definition."""
        return [(member.value, member.label) for member in cls]
