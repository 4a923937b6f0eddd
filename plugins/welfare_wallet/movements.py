"""What came into a wallet and went out of it, one row per thing that happened.

The ledger says how much; when, and for which order, say the rooms in which it happened. That is the
same moment but for orders that were loaded from another system, which have a day of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.choices import Choices
from marketplace.companies.models import AllocationLine
from marketplace.ledger.selectors import LotShare, WalletTransfer, wallet_transfers
from marketplace.people.models import Organisation
from marketplace.providers.models import ProviderOrder
from marketplace.refusals import Refusal
from marketplace.sales.models import Settlement, SettlementReversal
from marketplace.sales.tracking import CANCELLED, REFUSED, cause_of


class MovementKind(Choices):
    CREDIT = "credit", _("Credit received")
    PURCHASE = "purchase", _("Order")
    REFUND = "refund", _("Refund")
    SET_ASIDE = "set_aside", _("Set aside for a purchase")
    RELEASED = "released", _("Released again")
    LAPSED = "lapsed", _("Expired credit")
    REVOKED = "revoked", _("Taken back by the company")
    OTHER = "other", _("Correction")


OF_KIND = {
    "credit": MovementKind.CREDIT,
    "purchase": MovementKind.PURCHASE,
    "hold": MovementKind.SET_ASIDE,
    "refund": MovementKind.REFUND,
    "reverse": MovementKind.REFUND,
    "lapse": MovementKind.LAPSED,
    "credit_revoked": MovementKind.REVOKED,
}


@dataclass(frozen=True, slots=True)
class Movement:
    """``pk`` is the ledger's transfer; ``balance_cents`` is the wallet's after it."""

    pk: int
    kind: str
    cents: int
    happened_at: datetime
    lots: tuple[LotShare, ...]
    balance_cents: int = 0
    order_number: str | None = None
    provider_name: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which movements: of these kinds (all where none), from one day to another, both included."""

    kinds: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        unknown = self.kinds - set(MovementKind)
        if unknown:
            raise Refusal(
                "UNKNOWN_KIND",
                _("Choose kinds among %(known)s.") % {"known": ", ".join(MovementKind)},
                field="kinds",
            )

    def __contains__(self, movement: Movement) -> bool:
        day = timezone.localdate(movement.happened_at)
        return (
            (not self.kinds or movement.kind in self.kinds)
            and (self.since is None or self.since <= day)
            and (self.until is None or day <= self.until)
        )


def movements_of(wallet_id: int, wanted: Wanted | None = None) -> list[Movement]:
    """A wallet's movements, newest first; five queries, whatever their number.

    A wallet is one person's, some dozens of movements a year: they are read as a whole, because the
    balance after each needs all before it.
    """
    transfers = wallet_transfers(wallet_id)
    told = {**_orders(transfers), **_refunds(transfers), **_credits(transfers)}
    balance, found = 0, []
    for movement in sorted(
        (told.get(one.transfer_id) or _plain(one) for one in transfers),
        key=lambda movement: (movement.happened_at, movement.pk),
    ):
        balance += movement.cents
        found.append(replace(movement, balance_cents=balance))
    found.reverse()
    return found if wanted is None else [movement for movement in found if movement in wanted]


def kind_of(transfer: WalletTransfer) -> str:
    """What a transfer is to the wallet's holder."""
    if transfer.relation in ("voids", "expires"):
        return MovementKind.RELEASED
    if transfer.hold_ended == "posted":
        return MovementKind.PURCHASE
    return OF_KIND.get(transfer.kind, MovementKind.OTHER)


def _plain(transfer: WalletTransfer) -> Movement:
    return Movement(
        pk=transfer.transfer_id,
        kind=kind_of(transfer),
        cents=transfer.cents,
        happened_at=transfer.posted_at,
        lots=transfer.shares,
    )


def _by_id(transfers: Iterable[WalletTransfer]) -> Mapping[int, WalletTransfer]:
    return {one.transfer_id: one for one in transfers}


def _orders(transfers: Iterable[WalletTransfer]) -> dict[int, Movement]:
    """What orders took: with their number, at their moment."""
    known = _by_id(transfers)
    settlements = Settlement.objects.filter(spent_transfer_id__in=list(known))
    return {
        transfer_id: replace(
            _plain(known[transfer_id]), happened_at=placed_at, order_number=number or None
        )
        for transfer_id, number, placed_at in settlements.values_list(
            "spent_transfer_id", "order_number", "placed_at"
        )
    }


def _refunds(transfers: Iterable[WalletTransfer]) -> dict[int, Movement]:
    """What orders gave back: which, and whose part of it; three queries where there is any."""
    known = _by_id(transfers)
    reversals = list(
        SettlementReversal.objects.filter(transfer_id__in=list(known)).select_related("settlement")
    )
    parts = ProviderOrder.objects.in_bulk([one.provider_order_id for one in reversals])
    names = dict(
        Organisation.objects.filter(pk__in={part.provider_id for part in parts.values()})
        .order_by()
        .values_list("pk", "name")
    )
    found = {}
    for reversal in reversals:
        part = parts.get(reversal.provider_order_id)
        # Calling a part off and giving it back are one act: the part knows its moment.
        called_off = part is not None and cause_of(reversal) in (REFUSED, CANCELLED)
        found[reversal.transfer_id] = replace(
            _plain(known[reversal.transfer_id]),
            happened_at=part.status_at if part and called_off else reversal.reversed_at,
            order_number=reversal.settlement.order_number or None,
            provider_name=names.get(part.provider_id) if part else None,
        )
    return found


def _credits(transfers: Iterable[WalletTransfer]) -> dict[int, Movement]:
    """Credit that a company gave: when it did."""
    given = [one for one in transfers if kind_of(one) == MovementKind.CREDIT]
    lines = AllocationLine.objects.filter(lot_account_id__in=[one.lot_ids[0] for one in given])
    moments = dict(lines.values_list("lot_account_id", "allocation__created_at"))
    return {
        one.transfer_id: replace(_plain(one), happened_at=moments[one.lot_ids[0]])
        for one in given
        if one.lot_ids[0] in moments
    }
