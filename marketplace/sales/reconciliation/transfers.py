"""Purchases in the ledger without a settlement: reported, for nothing says what was sold."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from marketplace.batches import in_time
from marketplace.ledger.models import Transfer
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.differences import Difference, Window
from marketplace.sales.services import PURCHASE


def compare(window: Window) -> Iterator[Difference]:
    """Purchases posted in the window."""
    purchases = Transfer.objects.filter(kind=PURCHASE)
    for batch in in_time(purchases, "posted_at", window.since, window.until, size=window.batch):
        ids = [transfer.pk for transfer in batch]
        settled = set(
            Settlement.objects.filter(transfer_id__in=ids).values_list("transfer_id", flat=True)
        )
        for transfer_id in ids:
            if transfer_id not in settled:
                yield _difference(transfer_id)


def _difference(transfer_id: int) -> Difference:
    return Difference(
        "PURCHASE_WITHOUT_SETTLEMENT",
        f"transfer {transfer_id}",
        _("Transfer %(transfer)s paid for a purchase that is not on record.")
        % {"transfer": transfer_id},
        {"transfer": transfer_id},
    )
