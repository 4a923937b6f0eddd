"""What a comparison finds: a difference, with its repair where the repair is certain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from marketplace.batches import BATCH


class Gone(Exception):
    """Looked at again under its lock, the difference is not there any more."""


@dataclass(frozen=True, slots=True)
class Window:
    """What a run looks at: from ``since`` up to, and without, ``until``.

    ``until`` lies a while before ``now``, so that nothing is touched that is still under way.
    """

    since: datetime
    until: datetime
    now: datetime
    batch: int = BATCH


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two sets of books say differently.

    ``subject`` and ``facts`` hold numbers, codes and cents only, nothing about a person. ``repair``
    runs in a transaction of its own; it takes its locks, looks again, raises :class:`Gone` where
    there is nothing to do, and a Refusal where it cannot.
    """

    code: str
    subject: str
    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    repair: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference after the run: repaired, or left with a reason."""

    code: str
    subject: str
    sentence: str
    repaired: bool
    facts: Mapping[str, Any]
