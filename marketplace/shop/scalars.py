"""Scalars of either Saleor, made to refuse what they cannot read instead of breaking on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# What parsers raise for a text that is none of theirs: an empty date, a decimal made of a list, a
# leap second. None is how a scalar says so; anything else would look like a fault of the server.
UNREADABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    TypeError,
    ValueError,
)


def or_nothing(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A scalar's parser that answers None to what it cannot read."""

    def parsed(value: Any) -> Any:
        try:
            return parse(value)
        except UNREADABLE:
            return None

    return parsed
