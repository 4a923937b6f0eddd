"""What is set aside, in Saleor 3.23: counted on each stock as well as in its allocations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from saleor.warehouse.models import Allocation, Stock, Warehouse

from marketplace.shop.saleor3.channels import channel_slug


def warehouses_serving(country: str) -> Any:
    """Those of the channel with a shipping zone there."""
    return Warehouse.objects.filter(
        shipping_zones__countries__contains=country, channels__slug=channel_slug()
    ).values("pk")


def allocated(stocks: Sequence[Any]) -> Mapping[int, int]:
    """As the locked stocks say."""
    return {stock.pk: stock.quantity_allocated for stock in stocks}


def allocations_write(allocations: Sequence[Any]) -> None:
    """In two statements."""
    for made in allocations:
        made.stock.quantity_allocated += made.quantity_allocated
    Allocation.objects.bulk_create(allocations)
    Stock.objects.bulk_update([made.stock for made in allocations], ["quantity_allocated"])


def stock_release(order_line_ids: Sequence[str]) -> None:
    """Stocks are locked in key order, one after the other."""
    with transaction.atomic():
        held = Allocation.objects.filter(order_line_id__in=order_line_ids, quantity_allocated__gt=0)
        for allocation in held.select_for_update(of=("self",)).order_by("stock_id"):
            Stock.objects.filter(pk=allocation.stock_id).update(
                quantity_allocated=F("quantity_allocated") - allocation.quantity_allocated
            )
            allocation.quantity_allocated = 0
            allocation.save(update_fields=["quantity_allocated"])
