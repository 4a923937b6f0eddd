"""Paid orders that lack a provider's part, a levy's record or a task: made, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from marketplace.batches import in_time
from marketplace.providers.models import ProviderOrder
from marketplace.refusals import Refusal
from marketplace.sales import terms
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.checks import follow_ups
from marketplace.sales.reconciliation.differences import Difference, Window
from marketplace.sales.reconciliation.settlements import locked
from marketplace.sales.sale import Sale
from marketplace.sales.services import order_place
from marketplace.shop import books
from marketplace.shop.orders import order_ref

PARTS = gettext_noop("provider orders")


def compare(window: Window) -> Iterator[Difference]:
    """Orders paid in the window; as many queries per batch as there are rooms that follow."""
    placed = Settlement.objects.filter(order_id__isnull=False)
    for batch in in_time(placed, "placed_at", window.since, window.until, size=window.batch):
        known = books.order_of_tokens([settlement.token for settlement in batch])
        lacking = missing(batch)
        for settlement in batch:
            if known.get(settlement.token) != settlement.order_id:
                yield _order_gone(settlement)
            elif lacks := lacking.get(str(settlement.order_id)):
                yield _incomplete(settlement, lacks)


def missing(settlements: Sequence[Settlement]) -> dict[str, list[str]]:
    """By order, the names of what it lacks."""
    sales = {str(one.order_id): terms.from_json(one.terms)[0] for one in settlements}
    lacking: dict[str, list[str]] = {}
    for name, lack in {PARTS: _without_parts, **follow_ups}.items():
        for order_id in lack(sales):
            lacking.setdefault(order_id, []).append(name)
    return lacking


def _without_parts(sales: Mapping[str, Sale]) -> set[str]:
    rows = ProviderOrder.objects.filter(order_id__in=list(sales))
    parts = Counter(rows.values_list("order_id", flat=True))
    return {
        order_id for order_id, sale in sales.items() if parts[order_id] < len(sale.provider_ids)
    }


def _incomplete(settlement: Settlement, lacks: list[str]) -> Difference:
    return Difference(
        "ORDER_INCOMPLETE",
        f"order {settlement.order_id}",
        _("Order %(order)s is paid and lacks: %(what)s.")
        % {"order": settlement.order_id, "what": _named(lacks)},
        {"settlement": settlement.pk, "missing": lacks},
        partial(_complete, settlement.pk),
    )


def _named(lacks: list[str]) -> str:
    """What is lacking, by the names it was registered with."""
    return ", ".join(gettext(name) for name in lacks)


def _complete(settlement_id: int) -> None:
    settlement = locked(settlement_id)
    order = order_ref(settlement.token)
    if order is None:
        raise Refusal("ORDER_GONE", _("The shop has lost this order meanwhile."))
    order_place(settlement, order)
    if still := missing([settlement]):
        raise Refusal(
            "STILL_MISSING",
            _("Placing it again did not make them: %(what)s.")
            % {"what": _named(still[order.order_id])},
        )


def _order_gone(settlement: Settlement) -> Difference:
    return Difference(
        "ORDER_GONE",
        f"order {settlement.order_id}",
        _("Order %(order)s was paid and the shop does not have it any more.")
        % {"order": settlement.order_id},
        {"settlement": settlement.pk, "cents": settlement.gross_cents},
    )
