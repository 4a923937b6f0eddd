"""``orderCancel`` and ``orderBulkCancel`` on Saleor 3.23: the money goes back with the cancellation
of what it paid, or neither happens.

Saleor 3 tells its plugins of it after the commit; a crash in between would leave a cancelled order
that nobody has given back, until the reconciler comes.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from django.db import transaction
from saleor.graphql import api as saleor_api
from saleor.graphql.order.bulk_mutations import order_bulk_cancel
from saleor.order.actions import cancel_order
from saleor.plugins.manager import get_plugins_manager

from marketplace.shop.saleor3.orders import ours


def order_cancel_field() -> Any:
    """Saleor's mutation with our plugins told inside its transaction; again does nothing more."""
    field = copy(saleor_api.Mutation._meta.fields["order_cancel"])
    saleors = field.resolver

    def resolve(root: Any, info: Any, **given: Any) -> Any:
        with transaction.atomic():
            answer = saleors(root, info, **given)
            if answer.order is not None:
                manager = get_plugins_manager(allow_replica=False)
                ours(manager, "order_cancelled", answer.order.node)
        return answer

    field.resolver = resolve
    return field


def order_bulk_cancel_field() -> Any:
    """Saleor's mutation, likewise: all that it cancels, or, where one is refused, nothing."""
    order_bulk_cancel.cancel_order = _cancel
    field = copy(saleor_api.Mutation._meta.fields["order_bulk_cancel"])
    saleors = field.resolver

    def resolve(root: Any, info: Any, **given: Any) -> Any:
        with transaction.atomic():
            return saleors(root, info, **given)

    field.resolver = resolve
    return field


def _cancel(*, order: Any, manager: Any, **given: Any) -> None:
    cancel_order(order=order, manager=manager, **given)
    ours(manager, "order_cancelled", order)
