"""Reading balances (one query each) and statements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.utils import timezone

from marketplace.ledger.database import fetch_all
from marketplace.ledger.models import Account, AccountKind, Entry
from marketplace.ledger.statements import StatementQuerySet


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
    return dict(fetch_all("SELECT account_id, cents FROM ledger_balances(%s::bigint[])", [wanted]))


def wallet_balance(wallet_id: int, on: date | None = None) -> WalletBalance:
    """What the wallet can spend on a day (today where not given)."""
    return wallet_balances([wallet_id], on)[wallet_id]


def wallet_balances(wallet_ids: Iterable[int], on: date | None = None) -> dict[int, WalletBalance]:
    """What each wallet can spend on a day (today where not given)."""
    wanted = list(wallet_ids)
    lots: dict[int, list[LotBalance]] = {wallet_id: [] for wallet_id in wanted}
    for wallet_id, *lot in fetch_all(
        "SELECT a.holder_id, a.id, b.cents, a.expires_on"
        " FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id"
        " WHERE a.kind = 'credit_lot' AND a.holder_id = ANY (%s::bigint[])"
        " AND a.expires_on >= %s AND b.cents > 0 ORDER BY a.expires_on, a.id",
        [wanted, on or timezone.localdate()],
    ):
        lots[wallet_id].append(LotBalance(*lot))
    return {
        wallet_id: WalletBalance(sum(lot.cents for lot in held), held)
        for wallet_id, held in lots.items()
    }


def expired_lots(on: date | None = None) -> list[LotBalance]:
    """Lots that can no longer be spent and still hold money: what is to lapse."""
    rows = fetch_all(
        "SELECT a.id, b.cents, a.expires_on"
        " FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id"
        " WHERE a.kind = 'credit_lot' AND a.expires_on < %s AND b.cents > 0 ORDER BY a.id",
        [on or timezone.localdate()],
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
        "SELECT e.transfer_id, sum(e.cents)::bigint, a.expires_on"
        " FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id"
        " WHERE e.transfer_id = ANY (%s::bigint[]) AND a.kind = 'credit_lot'"
        " GROUP BY e.transfer_id, a.id, a.expires_on ORDER BY a.expires_on, a.id",
        [list(shares)],
    ):
        shares[transfer_id].append(LotShare(*share))
    return shares


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
