"""``make bench``: measure, print a table and keep it under ``.data/bench/``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.embedded")

import django

PARTS = ("purchases", "statements", "ledger", "list")


def say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--seconds", type=float, default=8, help="of each round of each side")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--entries", type=int, default=1_000_000, help="of the long history")
    given = parser.parse_args()
    django.setup()
    from django.conf import settings

    from tests.bench import ledger, listings, purchases, statements, table

    began = time.monotonic()
    rows = []
    for part in given.only or PARTS:
        timed = {"seconds": given.seconds, "rounds": given.rounds, "say": say}
        if part == "purchases":
            rows += purchases.measure(**timed)
        elif part == "statements":
            rows += statements.measure(entries=given.entries, say=say)
        elif part == "ledger":
            rows += ledger.measure(entries=given.entries, **timed)
        else:
            rows += listings.measure(**timed)
    text = table.markdown(rows)
    folder = Path(settings.DATA) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    (folder / f"{stamp}.md").write_text(text + "\n", encoding="utf-8")
    (folder / f"{stamp}.json").write_text(json.dumps(table.as_json(rows), indent=1))
    print(text)
    print(
        f"\n{time.monotonic() - began:.0f} s in all; kept in {folder / stamp}.md", file=sys.stderr
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
