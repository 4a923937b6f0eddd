"""Holds as the wallet knows them against the ledger's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext_lazy as _

from marketplace.batches import batches
from marketplace.ledger.models import HoldEnd
from marketplace.money import euro
from marketplace.sales.reconciliation.differences import Difference, Gone, Window
from marketplace.sales.reconciliation.holds import open_in_batches
from plugins.welfare_wallet.holds import hold_close
from plugins.welfare_wallet.models import WalletHold


def compare(window: Window) -> Iterator[Difference]:
    """Holds that one side calls open and the other does not know or calls ended."""
    yield from _ended_unnoticed(window)
    yield from _of_nobody(window)


def _ended_unnoticed(window: Window) -> Iterator[Difference]:
    """Only a note that keeps the checkout from another hold; the money is where it belongs."""
    still_open = WalletHold.objects.filter(ended_at__isnull=True, created_at__lt=window.until)
    for batch in batches(still_open, size=window.batch):
        ended = set(
            HoldEnd.objects.filter(hold_id__in=[hold.ledger_hold_id for hold in batch]).values_list(
                "hold_id", flat=True
            )
        )
        for hold in batch:
            if hold.ledger_hold_id in ended:
                yield Difference(
                    "HOLD_NOT_CLOSED",
                    f"hold {hold.ledger_hold_id}",
                    _("This hold has ended in the ledger and its wallet calls it open."),
                    {"cents": hold.cents},
                    partial(_close, hold.pk),
                )


def _close(hold_id: int) -> None:
    if not hold_close(hold_id):
        raise Gone


def _of_nobody(window: Window) -> Iterator[Difference]:
    """Reported while they are open; once expired they are given back like any other."""
    for batch in open_in_batches(window):
        known = set(
            WalletHold.objects.filter(
                ledger_hold_id__in=[hold.hold_id for hold in batch]
            ).values_list("ledger_hold_id", flat=True)
        )
        for hold in batch:
            if hold.hold_id not in known:
                yield Difference(
                    "HOLD_WITHOUT_OWNER",
                    f"hold {hold.hold_id}",
                    _("%(sum)s are set aside for no checkout; they go back when the hold expires.")
                    % {"sum": euro(hold.cents)},
                    {"cents": hold.cents},
                )
