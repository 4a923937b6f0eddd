"""What a buyer follows of an order after paying: what went back, into which credit, and how far the
SFA is. Nobody who packs or brings it has a name here, nor a field that leads to one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphene

from marketplace.api.loaders import load
from marketplace.api.money import money
from marketplace.ledger.selectors import LotShare, lot_shares
from marketplace.registry import use
from marketplace.sales.models import SettlementReversal
from marketplace.shop.graphql import Money

# What a reversal's key begins with says why the money went back; all others are plain refunds.
REFUSED, CANCELLED, UNDELIVERED, REFUND = "refused", "cancelled", "undelivered", "refund"
CAUSES = (REFUSED, CANCELLED, UNDELIVERED)


def cause_of(reversal: SettlementReversal) -> str:
    """``refused``, ``cancelled``, ``undelivered``, or ``refund`` for any other cause."""
    stem = reversal.key.split(":", 1)[0]
    return stem if stem in CAUSES else REFUND


def refunds_of_orders(order_ids: Sequence[str]) -> dict[str, list[SettlementReversal]]:
    """What went back of orders, oldest first."""
    found: dict[str, list[SettlementReversal]] = {order_id: [] for order_id in order_ids}
    rows = SettlementReversal.objects.filter(settlement__order_id__in=order_ids)
    for reversal in rows.select_related("settlement").order_by("pk"):
        found[str(reversal.settlement.order_id)].append(reversal)
    return found


def refunds_of_parts(part_ids: Sequence[int]) -> dict[int, list[SettlementReversal]]:
    """What went back of provider orders, oldest first."""
    found: dict[int, list[SettlementReversal]] = {part_id: [] for part_id in part_ids}
    for reversal in SettlementReversal.objects.filter(provider_order_id__in=part_ids):
        if reversal.provider_order_id is not None:
            found[reversal.provider_order_id].append(reversal)
    return found


def lots_of_transfers(transfer_ids: Sequence[int]) -> dict[int, list[LotShare]]:
    return lot_shares(transfer_ids)


def steps_of_parts(parts: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Any]:
    """Steps by (order id, provider order id)."""
    steps = use("tasks.progress")({order_id for order_id, _pk in parts})
    return {(order_id, pk): steps.get(pk, []) for order_id, pk in parts}


class CreditShare(graphene.ObjectType):
    """Credit of one lot: how much, and the last day on which it can be spent."""

    amount = graphene.Field(Money, required=True)
    expires_on = graphene.Date(required=True)

    @staticmethod
    def resolve_amount(root: LotShare, _info: Any) -> Any:
        return money(root.cents)


class PurchaseRefund(graphene.ObjectType):
    """Money of a purchase that went back."""

    amount = graphene.Field(Money, required=True)
    to_card = graphene.Field(
        Money, required=True, description="Of it, what goes back to the card that paid a part."
    )
    refunded_at = graphene.DateTime(required=True)
    cause = graphene.String(
        required=True,
        description="`refused` by the provider, `cancelled` by the buyer, `undelivered` (delivery "
        "of what is not coming) or `refund` by the shop.",
    )
    reason = graphene.String(description="The provider's own words, where it refused.")
    credit = graphene.List(
        graphene.NonNull(CreditShare),
        required=True,
        description="The credit lots it went back into, and until when they can be spent.",
    )

    @staticmethod
    def resolve_amount(root: SettlementReversal, _info: Any) -> Any:
        return money(root.cents)

    @staticmethod
    def resolve_to_card(root: SettlementReversal, _info: Any) -> Any:
        return money(root.card_cents)

    @staticmethod
    def resolve_refunded_at(root: SettlementReversal, _info: Any) -> Any:
        return root.reversed_at

    @staticmethod
    def resolve_cause(root: SettlementReversal, _info: Any) -> str:
        return cause_of(root)

    @staticmethod
    def resolve_reason(root: SettlementReversal, _info: Any) -> str | None:
        return root.reason if cause_of(root) == REFUSED else None

    @staticmethod
    def resolve_credit(root: SettlementReversal, info: Any) -> Any:
        return load(info, lots_of_transfers, root.transfer_id)


class PreparationStep(graphene.ObjectType):
    """What the SFA does for a part of an order: what, when, by which service; never by whom."""

    kind = graphene.String(required=True, description="`packing` or `delivery`.")
    status = graphene.String(
        required=True, description="`open`, `assigned`, `done` or `cancelled`."
    )
    opens_at = graphene.DateTime(required=True)
    closes_at = graphene.DateTime(required=True)
    done_at = graphene.DateTime()
    service_name = graphene.String(description="The name of the training service.")
