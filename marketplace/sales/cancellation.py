"""A buyer calls off one provider's part of an order, as long as the provider has not accepted it.

The database decides who comes first: cancelling and accepting are each one ``UPDATE ... WHERE
status = 'placed'`` of the same row, so at the same moment one happens and the other is refused.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import not_found
from marketplace.providers.models import ProviderOrder, ProviderOrderLine, ProviderOrderStatus
from marketplace.refusals import Refusal
from marketplace.sales import extensions
from marketplace.sales.models import Settlement
from marketplace.sales.reversals import Cause, provider_order_refund, undelivered_refund
from marketplace.shop.allocations import stock_release

Status = ProviderOrderStatus

#: Kept with the reversal; what a person reads of it is made from the reversal's key.
REASON = "cancelled by the buyer"


def key_of(provider_order_id: int) -> str:
    """The key of the one reversal that cancelling a part is."""
    return f"cancelled:{provider_order_id}"


def purchase_part_cancel(*, user_id: int, provider_order_id: int) -> ProviderOrder:
    """Cancel a part: credit into its lots, levy back, stock free, SFA tasks and vouchers off.

    A second click finds it cancelled and changes nothing. Where nothing of the order will be
    delivered any more, delivery goes back as well.

    Raises:
        Refusal: NOT_FOUND (somebody else's looks the same), PART_NOT_CANCELLABLE, and what plugins
            have against it.
    """
    with transaction.atomic():
        part = ProviderOrder.objects.filter(pk=provider_order_id, user_id=user_id).first()
        if part is None:
            raise not_found("PurchasePart")
        # Reversals lock the settlement first and then write the part: so does this.
        Settlement.objects.select_for_update().filter(order_id=part.order_id).first()
        moved = ProviderOrder.objects.filter(pk=part.pk, status=Status.PLACED).update(
            status=Status.CANCELLED, status_at=timezone.now()
        )
        part.refresh_from_db()
        if moved:
            _give_back(part, Cause(REASON, user_id))
        elif part.status != Status.CANCELLED:
            raise _too_late(part)
        return part


def _give_back(part: ProviderOrder, cause: Cause) -> None:
    extensions.check_call_off(part)
    lines = ProviderOrderLine.objects.filter(provider_order=part)
    stock_release(list(lines.values_list("order_line_id", flat=True)))
    if part.refunded_cents < part.gross_cents:
        provider_order_refund(provider_order_id=part.pk, key=key_of(part.pk), cause=cause)
        part.refresh_from_db()
    undelivered_refund(order_id=part.order_id, cause=cause)


def _too_late(part: ProviderOrder) -> Refusal:
    return Refusal(
        "PART_NOT_CANCELLABLE",
        _(
            "This order is «%(status)s»: it can be cancelled only until the provider accepts it. "
            "Ask the provider, who can still refuse it."
        )
        % {"status": Status(part.status).label},
        field="id",
        status=part.status,
    )
