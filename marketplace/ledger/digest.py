"""One number for all that the ledger holds: two ledgers with the same digest are the same ledger.

The sum of a hash per row, so that the order in which rows lie does not matter and nothing is
sorted; read in one statement, so of one moment, in whichever transaction it is called.
"""

from __future__ import annotations

import hashlib
import json

from marketplace.ledger.database import fetch_all

TABLES = (
    "ledger_account",
    "ledger_balance",
    "ledger_transfer",
    "ledger_entry",
    "ledger_checkpoint",
    "ledger_hold",
    "ledger_hold_end",
    "ledger_open_hold",
)


def digest() -> str:
    """SHA-256, in hexadecimal, of every table's name, number of rows and sum of hashes."""
    parts = " UNION ALL ".join(
        f"SELECT '{table}', count(*), coalesce(sum(('x' || left(md5(row::text), 15))::bit(60)"  # noqa: S608
        f"::bigint::numeric), 0)::text FROM {table} row"
        for table in TABLES
    )
    rows = sorted(fetch_all(f"SELECT * FROM ({parts}) AS tables"))  # noqa: S608
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
