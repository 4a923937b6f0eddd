"""Levy records against orders, and paid awards against the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from marketplace.batches import batches, in_time
from marketplace.ledger.models import Entry, Transfer
from marketplace.providers.models import ProviderOrder
from marketplace.sales.reconciliation.differences import Difference, Window
from marketplace.sales.sale import Sale
from plugins.solidarity_fund.models import Award, AwardStatus, Levy

AWARD_KEY = "fund-award:"


def levies_missing(sales: Mapping[str, Sale]) -> set[str]:
    """Orders with a part that was levied and has no record of it; one query."""
    recorded = Levy.objects.filter(
        order_id=OuterRef("order_id"), provider_id=OuterRef("provider_id")
    )
    parts = ProviderOrder.objects.filter(
        ~Exists(recorded), order_id__in=list(sales), levy_policy_id__isnull=False
    )
    return set(parts.values_list("order_id", flat=True))


def compare(window: Window) -> Iterator[Difference]:
    """Awards paid in the window; nothing is repaired, for a person decided each."""
    paid = Award.objects.filter(
        status=AwardStatus.PAID.value, paid_at__gte=window.since, paid_at__lt=window.until
    )
    for awards in batches(paid, size=window.batch):
        credited = _credited([f"{AWARD_KEY}{award.request_id}" for award in awards])
        for award in awards:
            booked = credited.get(f"{AWARD_KEY}{award.request_id}", {})
            if booked != {award.lot_account_id: award.cents}:
                yield _differs(award)
    transfers = Transfer.objects.filter(key__startswith=AWARD_KEY)
    for batch in in_time(transfers, "posted_at", window.since, window.until, size=window.batch):
        yield from _without_award(batch)


def _credited(keys: Sequence[str]) -> dict[str, dict[int, int]]:
    """By key of a transfer, cents by account that it paid into."""
    found: dict[str, dict[int, int]] = {}
    rows = Entry.objects.filter(transfer__key__in=keys, cents__gt=0).order_by()
    for key, account_id, cents in rows.values_list("transfer__key", "account_id", "cents"):
        found.setdefault(key, {})[account_id] = cents
    return found


def _differs(award: Award) -> Difference:
    return Difference(
        "AWARD_NOT_IN_LEDGER",
        f"award {award.pk}",
        _("Award %(award)s is called paid, and the ledger says otherwise.") % {"award": award.pk},
        {"cents": award.cents},
    )


def _without_award(transfers: Sequence[Transfer]) -> Iterator[Difference]:
    requests = {transfer.key.removeprefix(AWARD_KEY): transfer for transfer in transfers}
    paid = Award.objects.filter(request_id__in=list(requests), status=AwardStatus.PAID.value)
    known = {str(request_id) for request_id in paid.values_list("request_id", flat=True)}
    for request_id, transfer in requests.items():
        if request_id not in known:
            yield Difference(
                "CREDIT_WITHOUT_AWARD",
                f"transfer {transfer.pk}",
                _("Transfer %(transfer)s paid an award that is not called paid.")
                % {"transfer": transfer.pk},
            )
