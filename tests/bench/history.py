"""A ledger with a past: so many entries of earlier purchases, written with every guard on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from marketplace.ledger.accounts import NewLot, account, open_lots
from marketplace.ledger.checkpoints import checkpoint
from marketplace.ledger.models import AccountKind
from marketplace.ledger.territory import territory_id
from marketplace.ledger.verification import verify
from tests.bench.world import World

#: Two thousand employees, as in the alliance of the demo territory.
WALLETS = 2_000
FIRST_WALLET = 1_000_000_000
CREDIT_CENTS = 10_000_000_000
ENTRIES_PER_PURCHASE = 4
BATCH = 100_000

FUND_LOTS = """
WITH given AS (
    INSERT INTO ledger_transfer (territory_id, kind, key, request_hash)
    SELECT %(territory)s, 'credit', 'bench:' || lot_id, sha256('bench')
    FROM unnest(%(lots)s) AS lot_id
    RETURNING id, split_part(key, ':', 2)::bigint AS lot_id)
INSERT INTO ledger_entry (territory_id, transfer_id, account_id, cents, n)
SELECT %(territory)s, id, CASE n WHEN 1 THEN %(world)s ELSE lot_id END,
       CASE n WHEN 1 THEN -%(cents)s ELSE %(cents)s END, n
FROM given, generate_series(1, 2) AS n
"""
# Keys as random as a checkout's token is, so that their index grows as it does in life.
BUY = """
WITH bought AS (
    INSERT INTO ledger_transfer (territory_id, kind, key, request_hash, reference)
    SELECT %(territory)s, 'purchase', 'purchase:' || token, sha256('bench'), token
    FROM (SELECT gen_random_uuid()::text AS token FROM generate_series(1, %(purchases)s)) AS made
    RETURNING id)
INSERT INTO ledger_entry (territory_id, transfer_id, account_id, cents, n)
SELECT %(territory)s, id,
       CASE n WHEN 1 THEN (%(lots)s)[1 + id %% cardinality(%(lots)s)]
              WHEN 2 THEN (%(payables)s)[1 + id %% cardinality(%(payables)s)]
              WHEN 3 THEN %(fund)s ELSE %(levy)s END,
       (ARRAY[-1000, 980, 30, -10])[n], n
FROM bought, generate_series(1, 4) AS n
"""


def open_wallets() -> list[int]:
    """Give two thousand wallets beside the buyers' own a lot of credit each; the lots' ids."""
    expires_on = timezone.localdate() + timedelta(days=365)
    lots = open_lots(
        [NewLot(FIRST_WALLET + n, expires_on, f"bench:{n}") for n in range(1, WALLETS + 1)]
    )
    given = {
        "territory": territory_id(),
        "lots": lots,
        "world": account(AccountKind.WORLD, 0),
        "cents": CREDIT_CENTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(FUND_LOTS, given)
    return lots


def grow(world: World, entries: int, say: Callable[[str], None]) -> None:
    """Add past purchases of four entries each, over all wallets, then verify the whole ledger."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_account WHERE kind = 'credit_lot'")
        facts = {
            "territory": territory_id(),
            "lots": [lot_id for (lot_id,) in cursor.fetchall()],
            "payables": list(world.payable_ids),
            "fund": world.fund_id,
            "levy": world.company_levy_id,
        }
        left = entries // ENTRIES_PER_PURCHASE
        while left > 0:
            cursor.execute(BUY, facts | {"purchases": min(left, BATCH)})
            left -= BATCH
            if left > 0:
                say(f"past ledger entries: {left * ENTRIES_PER_PURCHASE:,} to go")
        checkpoint()
        cursor.execute("VACUUM ANALYZE")
        # What was written is on disk before anything is measured.
        cursor.execute("CHECKPOINT")
    check()


def check() -> None:
    """Every sum, floor, lot, checkpoint and guard; a benchmark of a broken ledger is none."""
    if found := verify():
        raise RuntimeError(f"the ledger is broken: {found[:3]}")
