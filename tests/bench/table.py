"""What was measured, as rows: each side's figures, and their ratio round by round."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tests.bench.clients import Run


@dataclass(frozen=True)
class Comparison:
    """One row of the table. ``ratio`` is the median of the rounds', with its extremes."""

    name: str
    what: str
    against: str
    figures: str
    ratio: float | None
    spread: tuple[float, float] | None = None
    aim: str = ""

    def cells(self) -> list[str]:
        ratio = "" if self.ratio is None else f"**{self.ratio:.2f}**"
        if self.spread:
            ratio += f" ({self.spread[0]:.2f} to {self.spread[1]:.2f})"
        return [self.name, self.what, self.against, self.figures, ratio, self.aim]


@dataclass
class Rounds:
    """Runs of several ways, in turn."""

    ways: list[str]
    runs: dict[str, list[Run]] = field(default_factory=dict)

    def add(self, way: str, run: Run) -> None:
        self.runs.setdefault(way, []).append(run)

    def compare(
        self, name: str, what: str, against: str, *, aim: str, cost: bool = False
    ) -> Comparison:
        """Rates of ``what`` over those of ``against``, round by round (``cost``: the inverse)."""
        ratios = [
            (b.per_second / a.per_second) if cost else (a.per_second / b.per_second)
            for a, b in zip(self.runs[what], self.runs[against], strict=True)
        ]
        return Comparison(
            name=name,
            what=what,
            against=against,
            figures=f"{self._figures(what)} against {self._figures(against)}",
            ratio=median(ratios),
            spread=(min(ratios), max(ratios)),
            aim=aim,
        )

    def _figures(self, way: str) -> str:
        runs = self.runs[way]
        rate = median(run.per_second for run in runs)
        p50, p95 = median(r.p50_ms for r in runs), median(r.p95_ms for r in runs)
        return f"{rate:,.1f}/s (p50 {p50:.1f} ms, p95 {p95:.1f} ms)"


HEAD = ["what", "this", "against", "figures", "ratio", "aim"]


def markdown(rows: list[Comparison]) -> str:
    """The rows as a Markdown table."""
    lines = [HEAD, ["---"] * len(HEAD), *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def as_json(rows: list[Comparison]) -> list[dict[str, Any]]:
    return [vars(row) for row in rows]
