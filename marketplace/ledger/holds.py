"""Credit set aside while somebody else answers: held, then posted, voided or expired, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils import timezone

from marketplace.ledger.accounts import account
from marketplace.ledger.database import fetch_all
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, Posted, call
from marketplace.ledger.territory import territory_id, today
from marketplace.refusals import Refusal

_END = (
    "SELECT * FROM ledger_end_hold("
    "%s::int, %s::bigint, %s, %s, %s, %s, %s::bigint[], %s::bigint[], %s::timestamptz)"
)


class Held(NamedTuple):
    """``hold_id`` and ``transfer_id`` are the same number: a hold is its transfer."""

    hold_id: int
    transfer_id: int
    replayed: bool


class OpenHold(NamedTuple):
    """A hold that has not ended, expired or not."""

    hold_id: int
    cents: int
    expires_at: datetime


def hold(
    *,
    key: str,
    wallet_id: int,
    cents: int,
    expires_at: datetime,
    reference: str = "",
    on: date | None = None,
) -> Held:
    """Set credit of a wallet aside, earliest expiry first.

    ``expires_at`` is not part of the request that ``key`` stands for: a retry moves it, and gets
    the first hold with the first expiry.

    Raises:
        Refusal: INSUFFICIENT_CREDIT, INVALID_AMOUNT, IDEMPOTENCY_CONFLICT.
    """
    clearing_id = account(AccountKind.HOLDS, 0)
    placed = call(
        "SELECT * FROM ledger_place_hold("
        "%s::int, %s, %s, %s::bigint, %s::bigint, %s::bigint, %s::timestamptz, %s::date)",
        [
            territory_id(),
            key,
            reference,
            wallet_id,
            cents,
            clearing_id,
            expires_at,
            on or today(),
        ],
    )
    return Held(placed.transfer_id, placed.transfer_id, placed.replayed)


def post_hold(
    *,
    hold_id: int,
    key: str,
    kind: str,
    legs: Sequence[Leg],
    reference: str = "",
    now: datetime | None = None,
) -> Posted:
    """Move the held money to ``legs``, which sum to it.

    Raises:
        Refusal: UNKNOWN_HOLD, HOLD_ALREADY_POSTED, HOLD_ALREADY_VOIDED, HOLD_ALREADY_EXPIRED (by
            the clock, swept or not), UNBALANCED_TRANSFER, UNKNOWN_ACCOUNT, IDEMPOTENCY_CONFLICT.
    """
    account_ids, cents = [leg[0] for leg in legs], [leg[1] for leg in legs]
    at = now or timezone.now()
    return _end(hold_id, "posted", kind, key, reference, account_ids, cents, at)


def void_hold(*, hold_id: int, key: str, reference: str = "") -> Posted:
    """Give the held money back to the lots it came from, even if they have expired meanwhile.

    Raises:
        Refusal: UNKNOWN_HOLD, HOLD_ALREADY_POSTED, HOLD_ALREADY_VOIDED, HOLD_ALREADY_EXPIRED,
            IDEMPOTENCY_CONFLICT.
    """
    return _end(hold_id, "voided", "void", key, reference, [], [], timezone.now())


def expire_holds(now: datetime) -> int:
    """Give back every open hold that has expired by ``now``; return how many.

    Each in a transaction of its own, so that the sweeper never waits with locks in its hands; one
    that somebody else has just ended is left to them.
    """
    due = fetch_all(
        "SELECT hold_id FROM ledger_open_hold WHERE territory_id = %s AND expires_at <= %s"
        " ORDER BY hold_id",
        [territory_id(), now],
    )
    return sum(expire_hold(hold_id, now) for (hold_id,) in due)


def open_holds(*, before: datetime, after_id: int = 0, most: int = 500) -> list[OpenHold]:
    """Holds made before that time that have not ended, from ``after_id`` on by their ids."""
    rows = fetch_all(
        "SELECT h.id, h.cents, h.expires_at FROM ledger_open_hold o"
        " JOIN ledger_hold h ON h.territory_id = o.territory_id AND h.id = o.hold_id"
        " JOIN ledger_transfer t ON t.territory_id = o.territory_id AND t.id = o.hold_id"
        " WHERE o.territory_id = %s AND t.posted_at < %s AND o.hold_id > %s"
        " ORDER BY o.hold_id LIMIT %s",
        [territory_id(), before, after_id, most],
    )
    return [OpenHold(*row) for row in rows]


def expire_hold(hold_id: int, now: datetime) -> bool:
    """Give back a hold that has expired by ``now``; False where it has ended already."""
    key = f"hold:{hold_id}:expired"
    try:
        return not _end(hold_id, "expired", "expire", key, "", [], [], now).replayed
    except Refusal as refused:
        if refused.code.startswith("HOLD_ALREADY_"):
            return False
        raise


def _end(hold_id: int, *given: Any) -> Posted:
    return call(_END, [territory_id(), hold_id, *given])
