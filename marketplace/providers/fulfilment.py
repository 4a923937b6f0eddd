"""A provider order's way from placed to completed, or to refused with the money back.

The database decides who comes first: a step is one ``UPDATE ... WHERE status IN (...)``, so of two
steps from one state at the same moment one happens and the other is refused.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import not_found
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.providers.models import ProviderOrder, ProviderOrderStatus
from marketplace.refusals import Refusal
from marketplace.sales import extensions
from marketplace.sales.models import Settlement
from marketplace.sales.reversals import Cause, provider_order_refund, undelivered_refund
from marketplace.sales.sale import PlacedOrder, Reversal

Status = ProviderOrderStatus

# To which state from which: what is not here does not happen. A service needs no packing, so it
# may be completed as soon as it is accepted.
STEPS: dict[ProviderOrderStatus, tuple[ProviderOrderStatus, ...]] = {
    Status.ACCEPTED: (Status.PLACED,),
    Status.READY: (Status.ACCEPTED,),
    Status.COMPLETED: (Status.ACCEPTED, Status.READY),
    Status.REFUSED: (Status.PLACED, Status.ACCEPTED),
    Status.CANCELLED: (Status.PLACED, Status.ACCEPTED, Status.READY),
}

LONGEST_REASON = 200


def provider_order_accept(*, actor: Actor, provider_order_id: int) -> ProviderOrder:
    """Promise to fulfil it. Raises NOT_FOUND, ORDER_NOT_IN_STATE (as every step)."""
    return _step(actor, provider_order_id, Status.ACCEPTED)


def provider_order_ready(*, actor: Actor, provider_order_id: int) -> ProviderOrder:
    """Say that it waits for collection, packing or delivery."""
    return _step(actor, provider_order_id, Status.READY)


def provider_order_complete(*, actor: Actor, provider_order_id: int) -> ProviderOrder:
    """Say that the buyer has had it."""
    return _step(actor, provider_order_id, Status.COMPLETED)


def provider_order_refuse(*, actor: Actor, provider_order_id: int, why: str) -> ProviderOrder:
    """Refuse it, and give back at once what is left of its money: credit, levy and all.

    Raises:
        Refusal: NOT_FOUND, ORDER_NOT_IN_STATE, REASON_REQUIRED, and what plugins have against it.
    """
    if not why.strip() or len(why) > LONGEST_REASON:
        raise Refusal(
            "REASON_REQUIRED",
            _("Say why, in at most %(most)s characters.") % {"most": LONGEST_REASON},
            field="why",
        )
    with transaction.atomic():
        order = _mine(actor, provider_order_id).first()
        if order is None:
            raise _refused(None, Status.REFUSED)
        # Reversals lock the settlement first and then write the order: so does this.
        Settlement.objects.select_for_update().filter(order_id=order.order_id).first()
        refused = _step(actor, provider_order_id, Status.REFUSED)
        extensions.check_call_off(refused)
        cause = Cause(why.strip(), actor.user_id)
        if refused.refunded_cents < refused.gross_cents:
            provider_order_refund(
                provider_order_id=provider_order_id, key=f"refused:{provider_order_id}", cause=cause
            )
            refused.refresh_from_db()
        undelivered_refund(order_id=refused.order_id, cause=cause)
        return refused


def provider_order_hand_over(*, provider_order_id: int, completed: bool) -> None:
    """Note that something of an order has been handed over: that is to accept it, and where nothing
    else is in it, to complete it. For who has checked that it may; an order that is further stays.
    """
    order = ProviderOrder.objects.filter(pk=provider_order_id)
    now = timezone.now()
    order.filter(status=Status.PLACED).update(status=Status.ACCEPTED, status_at=now)
    if completed:
        order.filter(status__in=STEPS[Status.COMPLETED]).update(
            status=Status.COMPLETED, status_at=now
        )


class Canceller:
    """Follows sales: an order whose whole money went back before it was completed is cancelled."""

    def order_placed(self, placed: PlacedOrder) -> None:
        """Nothing: a placed order is placed."""

    def order_reversed(self, reversal: Reversal) -> None:
        if reversal.full:
            ProviderOrder.objects.filter(
                pk=reversal.provider_order.pk, status__in=STEPS[Status.CANCELLED]
            ).update(status=Status.CANCELLED, status_at=timezone.now())


canceller = Canceller()


def _mine(actor: Actor, provider_order_id: int) -> QuerySet[ProviderOrder]:
    return ProviderOrder.objects.filter(
        pk=provider_order_id, provider_id__in=actor.organisations(Role.PROVIDER_MANAGER)
    )


def _step(actor: Actor, provider_order_id: int, to: ProviderOrderStatus) -> ProviderOrder:
    with transaction.atomic():
        mine = _mine(actor, provider_order_id)
        moved = mine.filter(status__in=STEPS[to]).update(status=to, status_at=timezone.now())
        if not moved:
            raise _refused(mine.values_list("status", flat=True).first(), to)
        return mine.get()


def _refused(status: str | None, to: ProviderOrderStatus) -> Refusal:
    if status is None:
        return not_found("ProviderOrder")
    return Refusal(
        "ORDER_NOT_IN_STATE",
        _("This order is «%(status)s» and cannot become «%(wanted)s». Load it again.")
        % {"status": ProviderOrderStatus(status).label, "wanted": to.label},
        field="id",
        status=status,
    )
