"""Our own tables, whatever they are by now: read from the database's catalogue.

So a new room, table or column comes along by itself; what must not, or must be translated, is
listed here, and a test holds the lists against the models.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from marketplace.ledger.database import fetch_all, fetch_one

#: Columns with the text of an order's key, and of an order line's, in the shop.
ORDERS = (
    ("providers_providerorder", "order_id"),
    ("sales_settlement", "order_id"),
    ("sfa_logistics_task", "order_id"),
    ("solidarity_fund_levy", "order_id"),
    ("welfare_cards_cardpayment", "order_id"),
)
LINES = (("providers_providerorderline", "order_line_id"),)

#: Tables of the installation, not of the territory: signs of life and a probe of its keys, what its
#: queue has not done, failed sign-ins, numbers of this server's transactions; and what is made anew
#: from the rest.
STAYING = (
    "ledger_mark",
    "operation_heartbeat",
    "operation_kepttask",
    "operation_keyprobe",
    "operation_redelivery",
    "people_loginattempt",
    "window_searchable",
    "window_tally",
)
#: Tables that migrations fill, or the clock; the territory's own rows take the place of those. An
#: account without an entry is nobody's doing: the reconciler opens those that it looks at.
FILLED_BY_US = (
    "companies_benefitcategory",
    "ledger_account",
    "ledger_balance",
    "reconciliation_reconciliationrun",
    "sfa_logistics_ability",
    "sfa_logistics_agerule",
    "sfa_logistics_limit",
    "sfa_logistics_tasktemplate",
    "sfa_logistics_tasktemplate_abilities",
    "sfa_logistics_tasktemplate_conflicts",
    "vouchers_voucherterm",
    "welfare_cards_cardrule",
)

# Partitions come along as the table that they are parts of.
_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
ORDER BY relname
"""
_REFERENCES = """
SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND NOT condeferrable AND conrelid <> confrelid
"""
_COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
ORDER BY attnum
"""
_KEY = """
SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
WHERE indrelid = %s::regclass AND indisprimary ORDER BY array_position(indkey::int2[], attnum)
"""
_SEQUENCES = """
SELECT attname, pg_get_serial_sequence(quote_ident(relname), attname)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relname = %s AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    AND pg_get_serial_sequence(quote_ident(relname), attname) IS NOT NULL
"""
_TERRITORIES = "SELECT DISTINCT territory_id FROM ledger_account ORDER BY 1"


def all_tables() -> list[str]:
    """Every table of the database, Saleor's too."""
    return [name for (name,) in fetch_all(_TABLES)]


def is_ours(table: str) -> bool:
    return table.startswith(tuple(f"{label}_" for label in labels()))


def labels() -> list[str]:
    """Our rooms' names as Django has them; their tables begin with them."""
    rooms = set(settings.WELFAREPIU_ROOMS)
    return sorted(app.label for app in apps.get_app_configs() if app.name in rooms)


def tables() -> list[str]:
    """Our tables that move, each after those that it refers to and that are looked for at once."""
    ours = [name for name in all_tables() if is_ours(name) and name not in STAYING]
    wanted = set(ours)
    order: TopologicalSorter[str] = TopologicalSorter({name: set() for name in ours})
    for table, referred in fetch_all(_REFERENCES):
        if table in wanted and referred in wanted:
            order.add(table, referred)
    return list(order.static_order())


def columns(table: str) -> list[str]:
    """Columns that are written; what the database computes by itself is not among them."""
    return [name for (name,) in fetch_all(_COLUMNS, [table])]


def key(table: str) -> list[str]:
    return [name for (name,) in fetch_all(_KEY, [table])]


def sequences(table: str) -> dict[str, str]:
    """The sequences that keys of a table are drawn from, by column."""
    return dict(fetch_all(_SEQUENCES, [table]))


def last_keys() -> dict[str, int]:
    """The last key drawn for each of our tables; some of them were never used, or are gone."""
    found: dict[str, int] = {}
    for table in tables():
        for column, sequence in sequences(table).items():
            (last, was_called) = fetch_one(f"SELECT last_value, is_called FROM {sequence}")  # noqa: S608
            if was_called:
                found[f"{table}.{column}"] = last
    return found


def keys_go_on(table: str, last: Mapping[str, int]) -> None:
    """Draw the next key after the last one that was drawn, or after the last that is there."""
    for column, sequence in sequences(table).items():
        (key_there,) = fetch_one(f"SELECT max({quoted(column)}) FROM {quoted(table)}")  # noqa: S608
        known = last.get(f"{table}.{column}", key_there)
        if known is not None:
            fetch_one("SELECT setval(%s::regclass, %s)", [sequence, known])


def territories() -> list[int]:
    """The territories that have accounts in the ledger."""
    return [number for (number,) in fetch_all(_TERRITORIES)]


def territories_make(numbers: Iterable[int]) -> None:
    """Make the ledger's partitions for these territories, where they are not there."""
    for number in numbers:
        fetch_one("SELECT ledger_make_territory(%s)", [number])


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def migrations() -> dict[str, str]:
    """The last migration of each of our rooms, which says what their tables look like."""
    ours = set(labels())
    applied = MigrationRecorder(connection).applied_migrations()
    return {label: name for label, name in sorted(applied) if label in ours}


def non_empty(names: list[str]) -> Iterator[tuple[str, int]]:
    """Of these tables, those that have rows, and how many."""
    for name in names:
        (count,) = fetch_one(f"SELECT count(*) FROM {quoted(name)}")  # noqa: S608
        if count:
            yield name, count
