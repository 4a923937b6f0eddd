"""Top-ups and allocations against the ledger: reported, for the money is a company's to answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from marketplace.batches import batches, in_time
from marketplace.companies.models import Allocation, TopUp, TopUpStatus
from marketplace.ledger.database import fetch_one
from marketplace.ledger.models import AccountKind, Entry, Transfer
from marketplace.ledger.territory import territory_id
from marketplace.sales.reconciliation.differences import Difference, Window

TOP_UP_KEY = "topup:"


def compare(window: Window) -> Iterator[Difference]:
    """Top-ups paid in the window and those in the ledger, and the window's allocations."""
    paid = TopUp.objects.filter(
        status=TopUpStatus.SUCCEEDED.value,
        updated_at__gte=window.since,
        updated_at__lt=window.until,
    )
    for top_ups in batches(paid, size=window.batch):
        yield from _top_ups(top_ups)
    posted = Transfer.objects.filter(key__startswith=TOP_UP_KEY)
    for transfers in in_time(posted, "posted_at", window.since, window.until, size=window.batch):
        yield from _transfers(transfers)
    made = Allocation.objects.all()
    for allocations in in_time(made, "created_at", window.since, window.until, size=window.batch):
        for allocation in allocations:
            if wrong := _lines_that_differ(allocation):
                yield _allocation(allocation, wrong)


def _top_ups(top_ups: Sequence[TopUp]) -> Iterator[Difference]:
    booked = {
        transfer_id: (company_id, cents)
        for transfer_id, company_id, cents in Entry.objects.filter(
            transfer_id__in=[top_up.transfer_id for top_up in top_ups],
            account__kind=AccountKind.COMPANY_BUDGET.value,
        )
        .order_by()
        .values_list("transfer_id", "account__holder_id", "cents")
    }
    for top_up in top_ups:
        if booked.get(top_up.transfer_id) != (top_up.company_id, top_up.amount_cents):
            yield Difference(
                "TOP_UP_NOT_IN_LEDGER",
                f"top-up {top_up.pk}",
                _("Top-up %(top_up)s is called paid, and the ledger says otherwise.")
                % {"top_up": top_up.pk},
                {"cents": top_up.amount_cents},
            )


def _transfers(transfers: Sequence[Transfer]) -> Iterator[Difference]:
    known = set(
        TopUp.objects.filter(transfer_id__in=[transfer.pk for transfer in transfers]).values_list(
            "transfer_id", flat=True
        )
    )
    for transfer in transfers:
        if transfer.pk not in known:
            yield Difference(
                "TRANSFER_WITHOUT_TOP_UP",
                f"transfer {transfer.pk}",
                _("Transfer %(transfer)s paid in a top-up that is not called paid.")
                % {"transfer": transfer.pk},
            )


def _lines_that_differ(allocation: Allocation) -> int:
    """How many of its credit lots got something else than its line says; one statement."""
    (count,) = fetch_one(
        "SELECT count(*) FROM (SELECT lot_account_id AS id, cents FROM companies_allocationline"
        "   WHERE allocation_id = %s) line"
        " FULL JOIN (SELECT e.account_id AS id, e.cents FROM ledger_transfer t"
        "   JOIN ledger_entry e ON e.territory_id = t.territory_id AND e.transfer_id = t.id"
        "   WHERE t.territory_id = %s AND t.key = %s AND e.cents > 0) booked"
        " USING (id) WHERE line.cents IS DISTINCT FROM booked.cents",
        [allocation.pk, territory_id(), f"allocation:{allocation.pk}"],
    )
    return int(count)


def _allocation(allocation: Allocation, wrong: int) -> Difference:
    return Difference(
        "ALLOCATION_NOT_IN_LEDGER",
        f"allocation {allocation.pk}",
        ngettext_lazy(
            "Of allocation %(allocation)s %(wrong)s line is not in the ledger as it is here.",
            "Of allocation %(allocation)s %(wrong)s lines are not in the ledger as they are here.",
            "wrong",
        )
        % {"allocation": allocation.pk, "wrong": wrong},
        {"lines": wrong, "cents": allocation.total_cents},
    )
