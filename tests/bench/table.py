"""What was measured, as rows: each side's figures, and their ratio round by round."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any

import django

from tests.bench.clients import Run


@dataclass(frozen=True)
class Scale:
    """How long and how often; ``entries`` are those of the long history, ``takes`` those of one
    count of statements."""

    seconds: float = 8
    rounds: int = 3
    entries: int = 1_000_000
    few_entries: int = 10_000
    clients: tuple[int, ...] = (1, 8)
    posting_clients: tuple[int, ...] = (8, 32)
    takes: int = 5
    workers: int = 2

    @property
    def short_seconds(self) -> float:
        """Of a round of what happens hundreds of times a second: more rounds, each shorter, are
        less at the mercy of what else the machine does."""
        return self.seconds / 2

    @property
    def short_rounds(self) -> int:
        return 3 * self.rounds

    @property
    def most_clients(self) -> int:
        return max(self.clients)


@dataclass(frozen=True)
class Aim:
    """What a figure should be ``at least`` or ``at most``."""

    sense: str
    bound: float
    unit: str = ""

    def met(self, value: float) -> bool:
        return value >= self.bound if self.sense == "at least" else value <= self.bound

    def __str__(self) -> str:
        return f"{self.sense} {self.bound:g}{self.unit}"


@dataclass(frozen=True)
class Row:
    """One row of the table: ``value`` is what the aim is about, with its extremes by round."""

    name: str
    figures: str
    value: float | None = None
    spread: tuple[float, float] | None = None
    aim: Aim | None = None

    def cells(self) -> list[str]:
        value = "" if self.value is None else f"**{self.value:,.4g}**"
        if self.spread:
            value += f" ({self.spread[0]:.2f} to {self.spread[1]:.2f})"
        aim = ""
        if self.aim and self.value is not None:
            aim = f"{self.aim}: {'met' if self.aim.met(self.value) else '**missed**'}"
        return [self.name, self.figures, value, aim]


@dataclass
class Rounds:
    """Runs of several ways, in turn."""

    runs: dict[str, list[Run]] = field(default_factory=dict)

    def take(self, ways: Mapping[str, Callable[[], Run]], rounds: int) -> None:
        """Run all ways so many times; every other round backwards, so that none always follows
        the same one."""
        for number in range(rounds):
            for way in list(ways)[:: -1 if number % 2 else 1]:
                self.runs.setdefault(way, []).append(ways[way]())

    def compare(
        self, name: str, what: str, against: str, *, aim: Aim | None = None, cost: bool = False
    ) -> Row:
        """Rates of ``what`` over those of ``against``, round by round (``cost``: the inverse)."""
        ratios = [
            (b.per_second / a.per_second) if cost else (a.per_second / b.per_second)
            for a, b in zip(self.runs[what], self.runs[against], strict=True)
        ]
        return Row(
            name=name,
            figures=f"{what}: {self.figures(what)}; {against}: {self.figures(against)}",
            value=median(ratios),
            spread=(min(ratios), max(ratios)),
            aim=aim,
        )

    def p50_ms(self, way: str) -> float:
        return median(run.p50_ms for run in self.runs[way])

    def figures(self, way: str) -> str:
        runs = self.runs[way]
        rate = median(run.per_second for run in runs)
        p95 = median(run.p95_ms for run in runs)
        return f"{rate:,.1f}/s, p50 {self.p50_ms(way):,.1f} ms, p95 {p95:,.1f} ms"


HEAD = ["what", "figures (medians of the rounds)", "ratio, or count", "aim"]


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [HEAD, ["---"] * len(HEAD), *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def machine(postgres: str, scale: Scale) -> str:
    """A sentence or two on where and how it was measured; no names, no paths."""
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {scale.rounds} rounds of {scale.seconds:g} s "
        f"for each side in turn, on {os.cpu_count()} cores ({platform.machine()}, {gib:.0f} GiB), "
        f"clients and servers together; load average {os.getloadavg()[2]:.1f} in the last quarter "
        f"of an hour. Python {platform.python_version()}, Django {django.__version__}, Saleor "
        f"2.10.1, PostgreSQL {postgres} as it is installed (fsync and synchronous_commit on)."
    )


def as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [vars(row) | {"aim": str(row.aim or "")} for row in rows]
