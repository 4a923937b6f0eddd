"""Verifying the whole ledger: every sum, floor, lot, checkpoint, hold, and the guards themselves.

Everything is computed anew from the entries; what the guards should have prevented is looked for
all the same. Each check is one statement, so it sees one moment and may run while money moves.
"""

from __future__ import annotations

from typing import NamedTuple

from marketplace.ledger.database import fetch_all

#: No check names more than so many culprits; one is enough to stop and look.
MOST_PER_CHECK = 100


class Finding(NamedTuple):
    """Something wrong: a code per kind, which row, and what was found there."""

    code: str
    subject: str
    detail: str


def verify() -> list[Finding]:
    """Everything that is wrong; an empty list is a sound ledger."""
    return [
        Finding(code, subject, detail)
        for code, statement in CHECKS.items()
        for subject, detail in fetch_all(
            f"SELECT subject, detail FROM ({statement}) AS found (subject, detail)"  # noqa: S608
            f" ORDER BY subject LIMIT {MOST_PER_CHECK}"
        )
    ]


#: Code -> statement that gives (subject, detail) for each thing that is wrong.
CHECKS = {
    "TRANSFER_UNBALANCED": """
        SELECT 'transfer ' || transfer_id, 'entries sum to ' || sum(cents) || ' cents'
        FROM ledger_entry GROUP BY territory_id, transfer_id HAVING sum(cents) <> 0""",
    "TRANSFER_EMPTY": """
        SELECT 'transfer ' || t.id, t.kind || ' without entries' FROM ledger_transfer t
        WHERE NOT EXISTS (SELECT FROM ledger_entry e
                          WHERE e.territory_id = t.territory_id AND e.transfer_id = t.id)""",
    "ENTRY_WITHOUT_TRANSFER": """
        SELECT 'transfer ' || e.transfer_id, count(*) || ' entries of a transfer that is not there'
        FROM ledger_entry e
        LEFT JOIN ledger_transfer t ON t.territory_id = e.territory_id AND t.id = e.transfer_id
        WHERE t.id IS NULL GROUP BY e.transfer_id""",
    "ENTRY_WITHOUT_ACCOUNT": """
        SELECT 'account ' || e.account_id, count(*) || ' entries of an account that is not there'
        FROM ledger_entry e
        LEFT JOIN ledger_account a ON a.territory_id = e.territory_id AND a.id = e.account_id
        WHERE a.id IS NULL GROUP BY e.account_id""",
    "BALANCE_WRONG": """
        SELECT 'account ' || a.id, a.kind || ' of ' || a.holder_id || ': balance row has '
            || b.cents || ' cents, entries sum to ' || coalesce(e.cents, 0)
        FROM ledger_balance b
        JOIN ledger_account a ON a.territory_id = b.territory_id AND a.id = b.account_id
        LEFT JOIN (SELECT territory_id, account_id, sum(cents) AS cents
                   FROM ledger_entry GROUP BY territory_id, account_id) e
            ON e.territory_id = b.territory_id AND e.account_id = b.account_id
        WHERE b.cents <> coalesce(e.cents, 0)""",
    "BALANCE_MISPLACED": """
        SELECT 'account ' || coalesce(a.id, b.account_id),
            'account has floor ' || coalesce(a.floor::text, 'none')
            || ', balance row has ' || coalesce(b.floor::text, 'none')
        FROM (SELECT * FROM ledger_account WHERE floor IS NOT NULL) a
        FULL JOIN ledger_balance b ON b.territory_id = a.territory_id AND b.account_id = a.id
        WHERE a.floor IS DISTINCT FROM b.floor""",
    "FLOOR_BREACHED": """
        SELECT 'account ' || account_id, cents || ' cents, the floor is ' || floor
        FROM ledger_balance WHERE cents < floor""",
    "LOT_OVERFILLED": """
        SELECT 'transfer ' || taken.transfer_id, 'took ' || taken.cents || ' cents from lot '
            || taken.account_id || ', which got back ' || sum(back.cents)
        FROM (SELECT e.territory_id, e.transfer_id, e.account_id, -sum(e.cents) AS cents
              FROM ledger_entry e
              JOIN ledger_account a ON a.territory_id = e.territory_id AND a.id = e.account_id
              WHERE a.kind = 'credit_lot' GROUP BY e.territory_id, e.transfer_id, e.account_id
              HAVING sum(e.cents) < 0) taken
        JOIN ledger_transfer t ON t.territory_id = taken.territory_id
            AND t.related_id = taken.transfer_id AND t.relation <> 'posts'
        JOIN ledger_entry back ON back.territory_id = taken.territory_id
            AND back.transfer_id = t.id AND back.account_id = taken.account_id
        GROUP BY taken.transfer_id, taken.account_id, taken.cents
        HAVING sum(back.cents) > taken.cents""",
    "REVERSAL_WRONG": """
        SELECT 'transfer ' || r.related_id, 'reversed, and account ' || e.account_id
            || ' still differs by ' || sum(e.cents) || ' cents'
        FROM ledger_transfer r
        JOIN ledger_transfer t ON t.territory_id = r.territory_id
            AND (t.id = r.related_id OR t.related_id = r.related_id)
        JOIN ledger_entry e ON e.territory_id = t.territory_id AND e.transfer_id = t.id
        WHERE r.relation = 'reverses' GROUP BY r.related_id, e.account_id
        HAVING sum(e.cents) <> 0""",
    "CHECKPOINT_WRONG": """
        SELECT 'account ' || c.account_id, 'checkpoint at transfer ' || c.through_id || ' moves by '
            || c.moved || ' cents, its entries sum to ' || coalesce(sum(e.cents), 0)
        FROM (SELECT territory_id, account_id, through_id,
                     cents - lag(cents, 1, 0::bigint) OVER last AS moved,
                     lag(through_id, 1, 0::bigint) OVER last AS after_id
              FROM ledger_checkpoint
              WINDOW last AS (PARTITION BY territory_id, account_id ORDER BY through_id)) c
        LEFT JOIN ledger_entry e ON e.territory_id = c.territory_id AND e.account_id = c.account_id
            AND e.transfer_id > c.after_id AND e.transfer_id <= c.through_id
        GROUP BY c.account_id, c.through_id, c.moved HAVING c.moved <> coalesce(sum(e.cents), 0)""",
    "HOLD_WRONG": """
        SELECT 'hold ' || h.id, h.cents || ' cents held, its transfer moved '
            || coalesce(sum(e.cents), 0)
        FROM ledger_hold h LEFT JOIN ledger_entry e ON e.territory_id = h.territory_id
            AND e.transfer_id = h.id AND e.account_id = h.clearing_id
        GROUP BY h.territory_id, h.id HAVING h.cents <> coalesce(sum(e.cents), 0)""",
    "HOLD_END_WRONG": """
        SELECT 'hold ' || h.id, o.outcome || ' by transfer ' || o.transfer_id || ' (' || t.relation
            || ' ' || coalesce(t.related_id::text, 'nothing') || '), which gave up '
            || coalesce(-sum(e.cents), 0) || ' of ' || h.cents || ' cents held'
        FROM ledger_hold_end o
        JOIN ledger_hold h ON h.territory_id = o.territory_id AND h.id = o.hold_id
        JOIN ledger_transfer t ON t.territory_id = o.territory_id AND t.id = o.transfer_id
        LEFT JOIN ledger_entry e ON e.territory_id = t.territory_id
            AND e.transfer_id = t.id AND e.account_id = h.clearing_id
        GROUP BY h.territory_id, h.id, o.outcome, o.transfer_id, t.relation, t.related_id
        HAVING h.cents <> coalesce(-sum(e.cents), 0) OR t.related_id IS DISTINCT FROM h.id
            OR t.relation <> CASE o.outcome WHEN 'posted' THEN 'posts' WHEN 'voided' THEN 'voids'
                                            ELSE 'expires' END""",
    "CLEARING_WRONG": """
        SELECT 'account ' || clearing.id, 'holds ' || coalesce(entries.cents, 0)
            || ' cents, its open holds sum to ' || coalesce(open.cents, 0)
        FROM (SELECT territory_id, id FROM ledger_account WHERE kind = 'holds') clearing
        LEFT JOIN (SELECT territory_id, account_id, sum(cents) AS cents
                   FROM ledger_entry GROUP BY territory_id, account_id) entries
            ON entries.territory_id = clearing.territory_id AND entries.account_id = clearing.id
        LEFT JOIN (SELECT h.territory_id, h.clearing_id, sum(h.cents) AS cents FROM ledger_hold h
                   WHERE NOT EXISTS (SELECT FROM ledger_hold_end o
                                     WHERE o.territory_id = h.territory_id AND o.hold_id = h.id)
                   GROUP BY h.territory_id, h.clearing_id) open
            ON open.territory_id = clearing.territory_id AND open.clearing_id = clearing.id
        WHERE coalesce(entries.cents, 0) <> coalesce(open.cents, 0)""",
    "HOLD_LIST_WRONG": """
        SELECT 'hold ' || coalesce(h.id, listed.hold_id), CASE
            WHEN h.id IS NULL THEN 'has ended and is still on the list of open holds'
            WHEN listed.hold_id IS NULL THEN 'is open and not on the list of open holds'
            ELSE 'has another expiry on the list of open holds' END
        FROM (SELECT * FROM ledger_hold h
              WHERE NOT EXISTS (SELECT FROM ledger_hold_end o
                                WHERE o.territory_id = h.territory_id AND o.hold_id = h.id)) h
        FULL JOIN ledger_open_hold listed
            ON listed.territory_id = h.territory_id AND listed.hold_id = h.id
        WHERE h.expires_at IS DISTINCT FROM listed.expires_at""",
    "HOLD_OVERDUE": """
        SELECT 'hold ' || hold_id, 'expired at ' || expires_at || ' and was never swept'
        FROM ledger_open_hold WHERE expires_at < now() - interval '1 day'""",
    # A key is unique within its territory: a number that two of them have would be two transfers.
    "TERRITORIES_MIXED": """
        SELECT 'transfer ' || id, 'is in territories ' || string_agg(territory_id::text, ', '
            ORDER BY territory_id)
        FROM ledger_transfer GROUP BY id HAVING count(*) > 1""",
    # On the table of all territories, and on each partition: a statement may name either.
    "GUARD_MISSING": """
        SELECT 'trigger ' || wanted.name, 'missing or disabled on ' || guarded.relid
        FROM (VALUES
            ('ledger_account_opened', 'ledger_account'),
            ('ledger_account_changed', 'ledger_account'),
            ('ledger_account_kept', 'ledger_account'),
            ('ledger_balance_follows', 'ledger_balance'),
            ('ledger_balance_kept', 'ledger_balance'),
            ('ledger_transfer_kept', 'ledger_transfer'),
            ('ledger_entries_inserted', 'ledger_entry'),
            ('ledger_entry_kept', 'ledger_entry'),
            ('ledger_checkpoint_kept', 'ledger_checkpoint'),
            ('ledger_hold_kept', 'ledger_hold'),
            ('ledger_hold_end_kept', 'ledger_hold_end')) AS wanted (name, on_table)
        CROSS JOIN LATERAL pg_partition_tree(to_regclass(wanted.on_table)) AS guarded
        LEFT JOIN pg_trigger t ON t.tgname = wanted.name
            AND t.tgrelid = guarded.relid AND t.tgenabled IN ('O', 'A')
        WHERE t.oid IS NULL
        UNION ALL
        SELECT 'constraint ledger_balance_floor', 'missing on ' || guarded.relid
        FROM pg_partition_tree(to_regclass('ledger_balance')) AS guarded
        WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'ledger_balance_floor'
                          AND conrelid = guarded.relid AND convalidated)
        UNION ALL
        SELECT 'table ' || name, 'missing, or not partitioned by territory'
        FROM unnest(ledger_tables()) AS name
        WHERE NOT EXISTS (SELECT FROM pg_partition_tree(to_regclass(name)) WHERE isleaf)
        UNION ALL
        SELECT 'constraint ' || wanted.on_table || '_territory', 'missing on ' || guarded.relid
        FROM (VALUES ('ledger_account'), ('ledger_entry')) AS wanted (on_table)
        CROSS JOIN LATERAL pg_partition_tree(to_regclass(wanted.on_table)) AS guarded
        WHERE NOT EXISTS (SELECT FROM pg_constraint
                          WHERE conname = wanted.on_table || '_territory'
                          AND conrelid = guarded.relid AND convalidated)""",
}
