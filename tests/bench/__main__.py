"""Measure, print a table, and keep it under ``.data/bench/results``."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.embedded")
# A server, a queue and files apart from those of `make run`.
os.environ.setdefault("WELFAREPIU_DATA", str(HERE.parents[1] / ".data" / "bench"))
# Filling the shop queues tasks that nobody should do; the servers have queues of their own.
os.environ["CELERY_BROKER_URL"] = "memory://"

import django  # noqa: E402

PARTS = ("purchases", "listings", "pages", "statements", "ledger", "capacity")


def say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="may be repeated")
    parser.add_argument("--seconds", type=float, default=8, help="of each round of each side")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--entries", type=int, default=1_000_000, help="of the long history (in full: 10000000)"
    )
    parser.add_argument("--write", action="store_true", help="replace tests/bench/RESULTS.md")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    # Stopped in either way, it ends its servers and drops its databases.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    django.setup()
    from django.conf import settings

    from tests.bench import capacity, ledger, listings, pages, purchases, statements, table
    from tests.bench.stage import Stage

    measures: dict[str, Any] = {
        "purchases": purchases.measure,
        "listings": listings.measure,
        "pages": pages.measure,
        "statements": statements.measure,
        "ledger": ledger.measure,
        "capacity": capacity.measure,
    }
    began = time.monotonic()
    scale = table.Scale(seconds=given.seconds, rounds=given.rounds, entries=given.entries)
    with Stage(scale, say) as stage:
        rows = [row for part in given.only or PARTS for row in measures[part](stage)]
        text = f"{table.machine(stage.postgres_version(), scale)}\n\n{table.markdown(rows)}\n"
    folder = Path(settings.DATA, "results")
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    (folder / f"{stamp}.md").write_text(text, encoding="utf-8")
    (folder / f"{stamp}.json").write_text(json.dumps(table.as_json(rows), indent=1))
    if given.write:
        (HERE / "RESULTS.md").write_text(f"# What `make bench` measured\n\n{text}")
    print(text)
    say(f"{time.monotonic() - began:.0f} s in all; kept in {folder / stamp}.md")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("stopped; databases are dropped and servers ended")
        sys.exit(130)
