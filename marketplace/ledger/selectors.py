"""Reading balances (one query each) and statements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from marketplace.ledger.database import fetch_all
from marketplace.ledger.models import Account, AccountKind, Entry
from marketplace.ledger.statements import StatementQuerySet
from marketplace.ledger.territory import territory_id, today


class LotBalance(NamedTuple):
    account_id: int
    cents: int
    expires_on: date


class WalletBalance(NamedTuple):
    """What a wallet can spend, and its non-empty unexpired lots in the order of spending."""

    total_cents: int
    lots: list[LotBalance]


def balance(account_id: int) -> int:
    """Cents of an account; 0 for one that does not exist."""
    return balances([account_id])[account_id]


def balances(account_ids: Iterable[int]) -> dict[int, int]:
    """Cents by account."""
    wanted = list(account_ids)
    return dict(
        fetch_all(
            "SELECT account_id, cents FROM ledger_balances(%s, %s::bigint[])",
            [territory_id(), wanted],
        )
    )


def wallet_balance(wallet_id: int, on: date | None = None) -> WalletBalance:
    """What the wallet can spend on a day (today where not given)."""
    return wallet_balances([wallet_id], on)[wallet_id]


def wallet_balances(wallet_ids: Iterable[int], on: date | None = None) -> dict[int, WalletBalance]:
    """What each wallet can spend on a day (today where not given)."""
    wanted = list(wallet_ids)
    lots: dict[int, list[LotBalance]] = {wallet_id: [] for wallet_id in wanted}
    for wallet_id, *lot in fetch_all(
        "SELECT a.holder_id, a.id, b.cents, a.expires_on FROM ledger_account a"
        " JOIN ledger_balance b ON b.territory_id = a.territory_id AND b.account_id = a.id"
        " WHERE a.territory_id = %s AND a.kind = 'credit_lot' AND a.holder_id = ANY (%s::bigint[])"
        " AND a.expires_on >= %s AND b.cents > 0 ORDER BY a.expires_on, a.id",
        [territory_id(), wanted, on or today()],
    ):
        lots[wallet_id].append(LotBalance(*lot))
    return {
        wallet_id: WalletBalance(sum(lot.cents for lot in held), held)
        for wallet_id, held in lots.items()
    }


def expired_lots(on: date | None = None) -> list[LotBalance]:
    """Lots that can no longer be spent and still hold money: what is to lapse."""
    rows = fetch_all(
        "SELECT a.id, b.cents, a.expires_on FROM ledger_account a"
        " JOIN ledger_balance b ON b.territory_id = a.territory_id AND b.account_id = a.id"
        " WHERE a.territory_id = %s AND a.kind = 'credit_lot' AND a.expires_on < %s"
        " AND b.cents > 0 ORDER BY a.id",
        [territory_id(), on or today()],
    )
    return [LotBalance(*row) for row in rows]


class LotShare(NamedTuple):
    """What a transfer moved into (+) or out of (-) one credit lot, and until when it is good."""

    cents: int
    expires_on: date


def lot_shares(transfer_ids: Iterable[int]) -> dict[int, list[LotShare]]:
    """The credit lots that each transfer touched, in the order of spending; one query."""
    shares: dict[int, list[LotShare]] = {transfer_id: [] for transfer_id in transfer_ids}
    for transfer_id, *share in fetch_all(
        "SELECT e.transfer_id, sum(e.cents)::bigint, a.expires_on FROM ledger_entry e"
        " JOIN ledger_account a ON a.territory_id = e.territory_id AND a.id = e.account_id"
        " WHERE e.territory_id = %s AND e.transfer_id = ANY (%s::bigint[])"
        " AND a.kind = 'credit_lot'"
        " GROUP BY e.transfer_id, a.id, a.expires_on ORDER BY a.expires_on, a.id",
        [territory_id(), list(shares)],
    ):
        shares[transfer_id].append(LotShare(*share))
    return shares


class WalletTransfer(NamedTuple):
    """What one transfer moved into (+) or out of (-) a wallet, lot by lot.

    ``relation`` and ``hold_ended`` are the ledger's words: of what undoes a hold (``voids``,
    ``expires``), and how a hold ended (``posted``, ``voided``, ``expired``; empty where it has not,
    or is none).
    """

    transfer_id: int
    kind: str
    relation: str
    hold_ended: str
    posted_at: datetime
    lot_ids: tuple[int, ...]
    shares: tuple[LotShare, ...]

    @property
    def cents(self) -> int:
        return sum(share.cents for share in self.shares)


def wallet_transfers(wallet_id: int) -> list[WalletTransfer]:
    """Every transfer that touched a wallet, oldest first; one query."""
    rows = fetch_all(
        "SELECT t.id, t.kind, t.relation, coalesce(h.outcome, ''), t.posted_at,"
        " a.id, a.expires_on, sum(e.cents)::bigint"
        " FROM ledger_account a"
        " JOIN ledger_entry e ON e.territory_id = a.territory_id AND e.account_id = a.id"
        " JOIN ledger_transfer t ON t.territory_id = a.territory_id AND t.id = e.transfer_id"
        " LEFT JOIN ledger_hold_end h ON h.territory_id = a.territory_id AND h.hold_id = t.id"
        " WHERE a.territory_id = %s AND a.kind = 'credit_lot' AND a.holder_id = %s"
        " GROUP BY t.territory_id, t.id, h.outcome, a.territory_id, a.id"
        " ORDER BY t.id, a.expires_on, a.id",
        [territory_id(), wallet_id],
    )
    return [
        _wallet_transfer(transfer, [row[5:] for row in lots])
        for transfer, lots in groupby(rows, key=lambda row: row[:5])
    ]


def _wallet_transfer(transfer: tuple[Any, ...], lots: list[Any]) -> WalletTransfer:
    transfer_id, kind, relation, hold_ended, posted_at = transfer
    return WalletTransfer(
        transfer_id,
        kind,
        relation,
        hold_ended,
        posted_at,
        lot_ids=tuple(lot_id for lot_id, _expires_on, _cents in lots),
        shares=tuple(LotShare(cents, expires_on) for _lot_id, expires_on, cents in lots),
    )


class ExpiringCredit(NamedTuple):
    """What is left of a wallet's lots that can be spent up to one and the same day."""

    wallet_id: int
    expires_on: date
    cents: int


def expiring_credit(
    since: date, until: date, *, wallet_ids: Iterable[int] | None = None
) -> list[ExpiringCredit]:
    """Unspent credit whose last day lies from ``since`` to ``until``, by wallet and day; of these
    wallets only, where they are given. One query."""
    only = None if wallet_ids is None else list(wallet_ids)
    rows = fetch_all(
        "SELECT a.holder_id, a.expires_on, sum(b.cents)::bigint"
        " FROM ledger_account a"
        " JOIN ledger_balance b ON b.territory_id = a.territory_id AND b.account_id = a.id"
        " WHERE a.territory_id = %s AND a.kind = 'credit_lot'"
        " AND a.expires_on BETWEEN %s AND %s AND b.cents > 0"
        " AND (%s::bigint[] IS NULL OR a.holder_id = ANY (%s::bigint[]))"
        " GROUP BY a.holder_id, a.expires_on ORDER BY a.holder_id, a.expires_on",
        [territory_id(), since, until, only, only],
    )
    return [ExpiringCredit(*row) for row in rows]


def account_statement(account_id: int) -> StatementQuerySet:
    """The account's :class:`Entry` rows, newest first, with ``balance_cents`` after each."""
    return Entry.objects.of_accounts([account_id])


def wallet_statement(wallet_id: int) -> StatementQuerySet:
    """Entries of all lots of a wallet, newest first; ``balance_cents`` is the whole wallet's.

    Credit that has expired and not lapsed yet counts, so the newest balance can be more than
    :func:`wallet_balance`.
    """
    lots = Account.objects.filter(kind=AccountKind.CREDIT_LOT, holder_id=wallet_id)
    return Entry.objects.of_accounts(list(lots.values_list("pk", flat=True)))
