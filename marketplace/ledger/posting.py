"""Moving money. Every function here is one round trip and one SQL function (``sql/posting.sql``).

They work in autocommit and inside ``transaction.atomic()``: a refusal has written nothing and
leaves the transaction usable. A posting locks the balances that it touches until the commit, so
post last; two transactions that post several times each should do so in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from marketplace.ledger.database import fetch_one_prepared
from marketplace.ledger.refusals import refusal
from marketplace.ledger.territory import territory_id, today


class Leg(NamedTuple):
    """``cents`` into an account (+) or out of it (-)."""

    account_id: int
    cents: int


class SpendLots(NamedTuple):
    """Take ``cents`` from a wallet's unexpired lots, earliest expiry first."""

    wallet_id: int
    cents: int


class Refill(NamedTuple):
    """Give ``cents`` back to the lots that a purchase (or a posted hold) took from.

    In proportion to what each has not got back yet, by largest remainder. A lot that has expired
    meanwhile can be spent until ``expired_lots_until``, where that is given and later.
    """

    transfer_id: int
    cents: int
    expired_lots_until: date | None = None


class Posted(NamedTuple):
    """A transfer as written. ``replayed``: by an earlier call with the same key."""

    transfer_id: int
    replayed: bool
    entries: tuple[Leg, ...]


def post(
    *,
    kind: str,
    key: str,
    legs: Sequence[Leg],
    spend: SpendLots | None = None,
    refill: Refill | None = None,
    require: Leg | None = None,
    reference: str = "",
    on: date | None = None,
) -> Posted:
    """Write one transfer.

    Args:
        kind: what happened, in lower case (``purchase``, ``top_up``, ...).
        key: idempotency key, derived from the thing that happens. The request that it stands for is
            kind, reference, legs, spend and refill; not the day, the new expiry or ``require``.
        legs: must sum to ``spend.cents - refill.cents``, zero without them; those of zero cents are
            left out.
        require: the balance of this append-only account must be at least ``cents`` afterwards.
            Serialised among all who require something of the account, so for rare postings.
        reference: what it belongs to (an order), indexed.
        on: the day that decides which lots have expired; today in Italy where not given.

    Raises:
        Refusal: INSUFFICIENT_CREDIT (lots; ``available_cents``), INSUFFICIENT_FUNDS (a floor or
            ``require``; ``available_cents``), UNBALANCED_TRANSFER, EMPTY_TRANSFER, UNKNOWN_ACCOUNT,
            OTHER_TERRITORY (an account is not of this one), INVALID_AMOUNT, IDEMPOTENCY_CONFLICT,
            UNKNOWN_TRANSFER, HOLD_NOT_POSTED, REFILL_TOO_LARGE.
    """
    if spend is not None and refill is not None:
        raise ValueError("one transfer takes from lots or gives back to them, not both")
    # Only what is given: parameters that say nothing cost a thirtieth of a posting to read.
    given: list[Any] = [territory_id(), kind, key, reference]
    given += [[leg[0] for leg in legs], [leg[1] for leg in legs], on or today()]
    statement = (
        "SELECT * FROM ledger_post(%s::int, %s, %s, %s, %s::bigint[], %s::bigint[], %s::date"
    )
    if spend is not None:
        statement += ", p_wallet_id => %s::bigint, p_spend => %s::bigint"
        given += spend
    if refill is not None:
        statement += (
            ", p_refill_of => %s::bigint, p_refill => %s::bigint, p_refill_until => %s::date"
        )
        given += refill
    if require is not None:
        statement += ", p_require_id => %s::bigint, p_require_cents => %s::bigint"
        given += require
    return call(statement + ")", given)


def reverse(
    *,
    transfer_id: int,
    key: str,
    reference: str = "",
    expired_lots_until: date | None = None,
    on: date | None = None,
) -> Posted:
    """Undo a whole transfer by its opposite; once.

    What came out of a hold goes back to the lots that the hold took it from.

    Raises:
        Refusal: UNKNOWN_TRANSFER, NOT_REVERSIBLE (a hold, or what undoes something itself),
            ALREADY_REVERSED, ALREADY_REFILLED, INSUFFICIENT_CREDIT, INSUFFICIENT_FUNDS,
            IDEMPOTENCY_CONFLICT.
    """
    return call(
        "SELECT * FROM ledger_reverse(%s::int, %s::bigint, %s, %s, %s::date, %s::date)",
        [
            territory_id(),
            transfer_id,
            key,
            reference,
            on or today(),
            expired_lots_until,
        ],
    )


def lapse_lot(
    *, account_id: int, key: str, to_account_id: int, reference: str = "", on: date | None = None
) -> Posted:
    """Move all that is left in an expired lot to another account.

    Raises:
        Refusal: UNKNOWN_ACCOUNT, LOT_NOT_EXPIRED, LOT_EMPTY, IDEMPOTENCY_CONFLICT.
    """
    return call(
        "SELECT * FROM ledger_lapse(%s::int, %s::bigint, %s::bigint, %s, %s, %s::date)",
        [territory_id(), account_id, to_account_id, key, reference, on or today()],
    )


def call(statement: str, parameters: Sequence[Any]) -> Posted:
    """Run a SQL function that returns a ``ledger_result``; raise what it refuses."""
    status, transfer_id, account_ids, cents, available = fetch_one_prepared(statement, parameters)
    if status not in ("posted", "replayed"):
        raise refusal(status, available_cents=available)
    legs = tuple(map(Leg, account_ids, cents))
    return Posted(transfer_id, status == "replayed", legs)
