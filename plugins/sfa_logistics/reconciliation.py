"""Which orders lack tasks that their lines ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from marketplace.providers.models import ProviderOrder
from marketplace.sales.sale import DeliveryMethod, Sale
from plugins.sfa_logistics.models import Task, TaskKind
from plugins.sfa_logistics.services.orders import went_back


def tasks_missing(sales: Mapping[str, Sale]) -> set[str]:
    """Orders with a standing part whose goods nobody packs or delivers; two queries."""
    order_ids = list(sales)
    standing = set(
        ProviderOrder.objects.filter(order_id__in=order_ids)
        .exclude(went_back())
        .values_list("order_id", "provider_id")
    )
    made = set(
        Task.objects.filter(order_id__in=order_ids).values_list("order_id", "provider_id", "kind")
    )
    return {
        order_id
        for order_id, sale in sales.items()
        for provider_id, kind in _wanted(sale)
        if (order_id, provider_id) in standing and (order_id, provider_id, kind) not in made
    }


def _wanted(sale: Sale) -> Iterator[tuple[int, str]]:
    delivered = sale.delivery.method == DeliveryMethod.SFA_DELIVERY
    for line in sale.lines:
        if line.needs_packing:
            yield line.provider_id, TaskKind.PACKING.value
        if line.needs_delivery and delivered:
            yield line.provider_id, TaskKind.DELIVERY.value
