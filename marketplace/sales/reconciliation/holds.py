"""Holds that have expired and were not swept: given back. (Rooms check the holds they made.)"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext_lazy as _

from marketplace.ledger.holds import OpenHold, expire_hold, open_holds
from marketplace.money import euro
from marketplace.sales.reconciliation.differences import Difference, Gone, Window


def compare(window: Window) -> Iterator[Difference]:
    """Every open hold that expired before the window's end, however old."""
    for batch in open_in_batches(window):
        for hold in batch:
            if hold.expires_at < window.until:
                yield _difference(hold, window)


def open_in_batches(window: Window) -> Iterator[list[OpenHold]]:
    """The ledger's open holds that are not of this moment; they are few, whatever the history."""
    last_id = 0
    while batch := open_holds(before=window.until, after_id=last_id, most=window.batch):
        yield batch
        last_id = batch[-1].hold_id


def _difference(hold: OpenHold, window: Window) -> Difference:
    return Difference(
        "HOLD_OVERDUE",
        f"hold {hold.hold_id}",
        _("%(sum)s set aside have expired and were not given back.") % {"sum": euro(hold.cents)},
        {"cents": hold.cents},
        partial(_expire, hold.hold_id, window),
    )


def _expire(hold_id: int, window: Window) -> None:
    if not expire_hold(hold_id, window.now):
        raise Gone
