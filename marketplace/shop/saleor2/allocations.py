"""What is set aside, in Saleor 2.10.1: counted in the allocations alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Sum
from saleor.warehouse.models import Allocation, Warehouse


def warehouses_serving(country: str) -> Any:
    """Those with a shipping zone there."""
    return Warehouse.objects.filter(shipping_zones__countries__contains=country).values("pk")


def allocated(stocks: Sequence[Any]) -> Mapping[int, int]:
    """Added up; one statement."""
    return dict(
        Allocation.objects.filter(stock__in=[s.pk for s in stocks], quantity_allocated__gt=0)
        .order_by()
        .values_list("stock")
        .annotate(Sum("quantity_allocated"))
    )


def allocations_write(allocations: Sequence[Any]) -> None:
    """In one statement."""
    Allocation.objects.bulk_create(allocations)


def stock_release(order_line_ids: Sequence[str]) -> None:
    """In one statement."""
    Allocation.objects.filter(order_line_id__in=order_line_ids, quantity_allocated__gt=0).update(
        quantity_allocated=0
    )
