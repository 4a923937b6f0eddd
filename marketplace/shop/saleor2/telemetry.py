"""Saleor 2.10.1 has no OpenTelemetry: nothing is traced, and nothing costs time."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

_NOTHING = nullcontext()


def span(name: str, **facts: Any) -> AbstractContextManager[None]:
    return _NOTHING


def carried() -> dict[str, str]:
    return {}


def task_span(name: str, carried: Any) -> AbstractContextManager[None]:
    return _NOTHING
