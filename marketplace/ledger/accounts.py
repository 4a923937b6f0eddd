"""Opening accounts and credit lots; each at most once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from django.db import connection, transaction

from marketplace.ledger.database import fetch_all
from marketplace.ledger.models import FLOORS_CENTS, AccountKind
from marketplace.ledger.refusals import refusal
from marketplace.ledger.territory import territory_id

#: Ids by (territory, kind, holder), of committed accounts only; an account never changes and never
#: goes, so what a process remembers cannot be wrong.
_known: dict[tuple[int, str, int], int] = {}


class NewLot(NamedTuple):
    """A credit lot to open. ``key``: opening it again with the same key gives the same lot."""

    wallet_id: int
    expires_on: date
    key: str | None = None


def account(kind: str, holder_id: int) -> int:
    """Id of the account of ``kind`` that ``holder_id`` has, opened where it does not exist.

    Args:
        kind: an :class:`AccountKind` other than CREDIT_LOT.
        holder_id: 0 for WORLD, HOLDS, LAPSED, DELIVERY, CARD_CLEARING and CARD_REFUNDS.
    """
    known = _known.get((territory_id(), str(kind), holder_id))
    return known if known is not None else accounts(kind, [holder_id])[holder_id]


def accounts(kind: str, holder_ids: Iterable[int]) -> dict[int, int]:
    """Like :func:`account` for many holders, in a constant number of statements."""
    kind = str(AccountKind(kind).value)
    if kind == AccountKind.CREDIT_LOT:
        raise ValueError("a wallet has many credit lots: open_lot() makes one")
    here, wanted = territory_id(), sorted(set(holder_ids))
    found = {
        holder: _known[here, kind, holder] for holder in wanted if (here, kind, holder) in _known
    }
    missing = [holder for holder in wanted if holder not in found]
    if missing:
        looked_up = _look_up(kind, missing)
        if len(looked_up) < len(missing):
            _open(kind, [holder for holder in missing if holder not in looked_up])
            looked_up = _look_up(kind, missing)
        # Not before the commit: a rolled back transaction takes the accounts that it opened along.
        remember = {(here, kind, holder): found_id for holder, found_id in looked_up.items()}
        transaction.on_commit(partial(_known.update, remember))
        found |= looked_up
    return found


def forget() -> None:
    """Forget every cached id: for a process that turns to another database."""
    _known.clear()


def open_lot(*, wallet_id: int, expires_on: date, key: str | None = None) -> int:
    """Open a credit lot of a wallet, spendable up to and including ``expires_on``."""
    return open_lots([NewLot(wallet_id, expires_on, key)])[0]


def open_lots(lots: Sequence[NewLot]) -> list[int]:
    """Open many lots at once, or find those whose keys were used before; ids in the same order."""
    floor_cents = FLOORS_CENTS[AccountKind.CREDIT_LOT]
    # By key, because two processes that open the same lots must not wait for each other in a
    # circle. Rows come back in the order of insertion.
    order = sorted(range(len(lots)), key=lambda i: lots[i].key or "")
    rows = fetch_all(
        "INSERT INTO ledger_account (id, territory_id, kind, holder_id, floor, expires_on, key)"
        " SELECT ledger_account_number(%s), %s, 'credit_lot', lot.wallet_id, %s, lot.expires_on,"
        " lot.key"
        " FROM unnest(%s::bigint[], %s::date[], %s::text[]) WITH ORDINALITY"
        "   AS lot (wallet_id, expires_on, key, n) ORDER BY lot.n"
        " ON CONFLICT (key, territory_id) DO NOTHING RETURNING key, id",
        [
            territory_id(),
            territory_id(),
            floor_cents,
            [lots[i].wallet_id for i in order],
            [lots[i].expires_on for i in order],
            [lots[i].key for i in order],
        ],
    )
    by_key = {key: lot_id for key, lot_id in rows if key is not None}
    without_key = iter(lot_id for key, lot_id in rows if key is None)
    if missing := {lot.key: lot.wallet_id for lot in lots if lot.key and lot.key not in by_key}:
        by_key |= _opened_before(missing)
    return [by_key[lot.key] if lot.key is not None else next(without_key) for lot in lots]


def _opened_before(wallets: dict[str, int]) -> dict[str, int]:
    """Ids of lots by key; a key that another wallet used is refused."""
    found = {}
    for key, lot_id, wallet_id in fetch_all(
        "SELECT key, id, holder_id FROM ledger_account WHERE territory_id = %s AND key = ANY (%s)",
        [territory_id(), list(wallets)],
    ):
        if wallet_id != wallets[key]:
            raise refusal("IDEMPOTENCY_CONFLICT")
        found[key] = lot_id
    return found


def _look_up(kind: str, holder_ids: list[int]) -> dict[int, int]:
    return dict(
        fetch_all(
            "SELECT holder_id, id FROM ledger_account WHERE territory_id = %s"
            " AND kind = %s AND kind <> 'credit_lot' AND holder_id = ANY (%s)",
            [territory_id(), kind, holder_ids],
        )
    )


def _open(kind: str, holder_ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_account (id, territory_id, kind, holder_id, floor)"
            " SELECT ledger_account_number(%s), %s, %s, holder_id, %s"
            " FROM unnest(%s::bigint[]) AS holder_id"
            " ON CONFLICT (kind, holder_id, territory_id) WHERE kind <> 'credit_lot' DO NOTHING",
            [territory_id(), territory_id(), kind, FLOORS_CENTS.get(AccountKind(kind)), holder_ids],
        )
