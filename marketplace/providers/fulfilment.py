"""A provider order's way from placed to completed, or to refused with the money back.

The database decides who comes first: a step is one ``UPDATE ... WHERE status IN (...)``, so of two
steps from one state at the same moment one happens and the other is refused.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.providers.models import ProviderOrder, ProviderOrderStatus
from marketplace.refusals import Refusal

Status = ProviderOrderStatus

# To which state from which: what is not here does not happen. A service needs no packing, so it
# may be completed as soon as it is accepted.
STEPS: dict[ProviderOrderStatus, tuple[ProviderOrderStatus, ...]] = {
    Status.ACCEPTED: (Status.PLACED,),
    Status.READY: (Status.ACCEPTED,),
    Status.COMPLETED: (Status.ACCEPTED, Status.READY),
    Status.REFUSED: (Status.PLACED, Status.ACCEPTED),
}


def provider_order_accept(*, actor: Actor, provider_order_id: int) -> ProviderOrder:
    """Promise to fulfil it. Raises NOT_FOUND, ORDER_NOT_IN_STATE (as every step)."""
    return _step(actor, provider_order_id, Status.ACCEPTED)


def provider_order_ready(*, actor: Actor, provider_order_id: int) -> ProviderOrder:
    """Say that it waits for collection, packing or delivery."""
    return _step(actor, provider_order_id, Status.READY)


def provider_order_complete(*, actor: Actor, provider_order_id: int) -> ProviderOrder:
    """Say that the buyer has had it."""
    return _step(actor, provider_order_id, Status.COMPLETED)


def _step(actor: Actor, provider_order_id: int, to: ProviderOrderStatus) -> ProviderOrder:
    with transaction.atomic():
        mine = ProviderOrder.objects.filter(
            pk=provider_order_id, provider_id__in=actor.organisations(Role.PROVIDER_MANAGER)
        )
        moved = mine.filter(status__in=STEPS[to]).update(status=to, status_at=timezone.now())
        if not moved:
            raise _refused(mine.values_list("status", flat=True).first(), to)
        return mine.get()


def _refused(status: str | None, to: ProviderOrderStatus) -> Refusal:
    if status is None:
        return Refusal("NOT_FOUND", _("There is no such %s.") % "ProviderOrder", field="id")
    return Refusal(
        "ORDER_NOT_IN_STATE",
        _("This order is «%(status)s» and cannot become «%(wanted)s». Load it again.")
        % {"status": ProviderOrderStatus(status).label, "wanted": to.label},
        field="id",
        status=status,
    )
