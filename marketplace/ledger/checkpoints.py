"""Checkpoints of append-only balances (``sql/checkpoints.sql`` says how far they may reach)."""

from __future__ import annotations

import time

from django.db import connection

from marketplace.ledger.database import fetch_one
from marketplace.ledger.territory import territory_id

#: An account gets a checkpoint once so many entries came after its last one: reading fewer costs
#: less than keeping a row about them.
LEAST_ENTRIES = 100
_TRIES = 20
_PAUSE_SECONDS = 0.05


def checkpoint(least_entries: int = LEAST_ENTRIES) -> int:
    """Checkpoint the accounts with that many entries since their last one; return how many.

    Waits a second at most for open transactions to end; what a longer one holds up waits for the
    next time.

    Raises:
        RuntimeError: inside a transaction, whose own end could not be waited for.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a checkpoint needs transactions of its own")
    here = territory_id()
    fetch_one("SELECT ledger_make_mark(%s)", [here])
    for _ in range(_TRIES):
        (settled,) = fetch_one(
            "SELECT ledger_settled_id(%s) = max(last_id) FROM ledger_mark WHERE territory_id = %s",
            [here, here],
        )
        if settled:
            break
        time.sleep(_PAUSE_SECONDS)
    (made,) = fetch_one("SELECT ledger_make_checkpoints(%s, %s)", [here, least_entries])
    return int(made)
