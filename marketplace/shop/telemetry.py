"""Traces, where the installed Saleor makes them: OpenTelemetry on 3.23, nothing on 2.10.1.

A span says what was done, never for whom: facts are codes, kinds and names of ours, and numbers.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from marketplace.shop import engine

Fact = str | int | bool | list[str]


class Telemetry(Protocol):
    """Spans in the engine's own tracer."""

    def span(self, name: str, **facts: Fact) -> AbstractContextManager[None]:
        """What runs inside, as ``welfarepiu.<name>``; a refusal is told by its code, a fault by its
        kind."""

    def carried(self) -> dict[str, str]:
        """What a message says of the span that it is sent in."""

    def task_span(self, name: str, carried: Any) -> AbstractContextManager[None]:
        """A task, as part of the trace that its message carries."""


installed: Telemetry = engine.part("telemetry")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import telemetry as saleor2
    from marketplace.shop.saleor3 import telemetry as saleor3

    _engines: tuple[Telemetry, ...] = (saleor2, saleor3)

carried = installed.carried
span = installed.span
task_span = installed.task_span

__all__ = ["Fact", "carried", "span", "task_span"]
