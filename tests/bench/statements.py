"""SQL statements of a purchase: how many, what they grow with, and that they do not with history.

Savepoints count, BEGIN and COMMIT do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tests.bench.purchases import ONE, STEPS, STEPS_BARE, WAYS, Buyer, Way, buy
from tests.bench.servers import OURS
from tests.bench.stage import Stage
from tests.bench.table import Aim, Rounds, Row

FEW, LONG = "short history", "long history"
LINES, PROVIDERS = (1, 2, 5, 10, 20), (1, 2, 4, 8)


def measure(stage: Stage) -> list[Row]:
    """Counts in one request and by steps, growth with lines and providers, none with history."""
    world = stage.world
    counts = {
        way: _statements(stage.sides[side].port, stage, act) for way, (side, act) in WAYS.items()
    }
    return [
        Row(
            "SQL statements of a purchase, 2 lines of 2 providers, in one request",
            f"{STEPS}: {counts[STEPS]}; {STEPS_BARE}: {counts[STEPS_BARE]}",
            counts[ONE],
            aim=Aim("at most", 60),
        ),
        _growth(stage, "lines of one provider", {n: world.articles[0][:n] for n in LINES}),
        _growth(
            stage,
            "lines, each of another provider",
            {n: [articles[0] for articles in world.articles[:n]] for n in PROVIDERS},
        ),
        *_with_history(stage),
    ]


def _statements(port: int, stage: Stage, act: Way) -> int:
    """Statements of one purchase: the least of some takes, as what is cached expires at times."""
    buyer = Buyer(port, stage.world, 0)
    taken = []
    for _take in range(stage.scale.takes):
        before = buyer.api.statements
        act(buyer)
        taken.append(buyer.api.statements - before)
    buyer.api.close()
    return min(taken)


def _growth(stage: Stage, what: str, carts: dict[int, Sequence[str]]) -> Row:
    port = stage.sides[OURS].port
    counts = {
        n: _statements(port, stage, lambda buyer, cart=cart: buyer.in_one(cart))
        for n, cart in carts.items()
    }
    per_line = (counts[max(counts)] - counts[min(counts)]) / (max(counts) - min(counts))
    return Row(
        f"SQL statements added by each more of {', '.join(map(str, carts))} {what}",
        ", ".join(map(str, counts.values())),
        per_line,
    )


def _with_history(stage: Stage) -> list[Row]:
    """The same purchases over a few past ledger entries and over very many."""
    act: Way = WAYS[ONE][1]
    ports = {FEW: stage.sides[OURS].port, LONG: stage.long_server.port}
    entries = {FEW: stage.scale.few_entries, LONG: stage.scale.entries}
    measured = Rounds()
    for port in ports.values():
        buy(port, stage.world, act, stage.scale.most_clients, stage.scale.seconds / 4)
    one_client = {
        history: partial(buy, port, stage.world, act, 1, stage.scale.short_seconds)
        for history, port in ports.items()
    }
    measured.take(one_client, stage.scale.short_rounds)
    counts = {history: _statements(port, stage, act) for history, port in ports.items()}
    against = f"{entries[LONG]:,} against {entries[FEW]:,} past ledger entries"
    return [
        Row(
            f"SQL statements of a purchase, {against}: difference",
            f"{counts[LONG]}; {counts[FEW]}",
            counts[LONG] - counts[FEW],
            aim=Aim("at most", 0),
        ),
        measured.compare(f"time of a purchase, {against}", LONG, FEW, cost=True),
    ]
