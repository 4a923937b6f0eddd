"""Tasks from orders: made with the order or by the catch-up, once; cancelled when it is reversed.

Three statements make the tasks of an order, or of a thousand; none where nothing is to be packed or
delivered.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, IntegerField, Q, QuerySet, Value
from django.utils import timezone

from marketplace.providers.models import (
    Provider,
    ProviderOrder,
    ProviderOrderLine,
    ProviderOrderStatus,
)
from marketplace.sales.sale import DeliveryMethod, PlacedOrder, Reversal
from marketplace.territory.models import Comune
from plugins.sfa_logistics.models import (
    Assignment,
    Task,
    TaskKind,
    TaskStatus,
    TaskTemplate,
    UnassignedReason,
)

logger = logging.getLogger(__name__)

UNDER_WAY = (TaskStatus.OPEN.value, TaskStatus.ASSIGNED.value)


@dataclass(frozen=True, slots=True)
class Demand:
    """What one provider's part of an order asks the SFA to do."""

    order_id: str
    provider_order_id: int
    provider_id: int
    kind: TaskKind
    quantity: int
    delivery_comune_id: int | None
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Route:
    """The comune a task is in, and the service that works there, if one does."""

    comune_id: int
    service_id: int | None


class TaskFollower:
    """What the SFA does with a placed order and with its way back."""

    def order_placed(self, placed: PlacedOrder) -> None:
        """Make the tasks of the order's lines that need packing or delivery."""
        tasks_make(demands=list(_demands_of(placed)))

    def order_reversed(self, reversal: Reversal) -> None:
        """Cancel what is not done yet of a provider's part that went back in full."""
        if reversal.full:
            part = reversal.provider_order
            tasks_cancel(
                Task.objects.filter(order_id=reversal.order_id, provider_id=part.provider_id)
            )


follower = TaskFollower()


def tasks_make(*, demands: Sequence[Demand]) -> None:
    """Make the tasks that ``demands`` ask for; those that exist stay as they are.

    A kind of work without a template in force is logged and left to the catch-up: an order is not
    refused because of it.
    """
    if not demands:
        return
    templates = list(_templates(demands))
    routes = _routes(demands)
    tasks = [task for demand in demands if (task := _task(demand, templates, routes)) is not None]
    Task.objects.bulk_create(tasks, ignore_conflicts=True, batch_size=1_000)


@transaction.atomic
def tasks_cancel(tasks: QuerySet[Task]) -> int:
    """Cancel those of ``tasks`` that are open or assigned, and undo their assignments; idempotent.

    Tasks first: a plan that is being made holds their rows, and what it assigned is seen by the
    statements that come after.
    """
    waiting = tasks.filter(status__in=UNDER_WAY).order_by("pk").select_for_update(no_key=True)
    cancelled = list(waiting.values_list("pk", flat=True))
    if cancelled:
        Task.objects.filter(pk__in=cancelled).update(status=TaskStatus.CANCELLED.value)
        Assignment.objects.filter(task__in=cancelled, undone_at__isnull=True).update(
            undone_at=timezone.now()
        )
        UnassignedReason.objects.filter(task__in=cancelled).delete()
    return len(cancelled)


@transaction.atomic
def tasks_catch_up(order_ids: Iterable[str]) -> int:
    """Make the tasks that these orders should have and have not; cancel those of what went back.

    For the reconciler. A task that exists, whatever its status, is not made again.

    Returns:
        How many tasks were made.
    """
    order_ids = list(order_ids)
    existing = Task.objects.filter(order_id__in=order_ids)
    before = existing.count()
    tasks_make(demands=list(_demands_stored(order_ids)))
    made = existing.count() - before
    gone = ProviderOrder.objects.filter(went_back(), order_id__in=order_ids)
    tasks_cancel(existing.filter(provider_order_id__in=gone.values("pk")))
    return made


def _demands_of(placed: PlacedOrder) -> Iterable[Demand]:
    delivered = placed.sale.delivery.method == DeliveryMethod.SFA_DELIVERY
    for part in placed.provider_orders:
        lines = [line for line in placed.sale.lines if line.provider_id == part.provider_id]
        packing = sum(line.quantity for line in lines if line.needs_packing)
        delivery = sum(line.quantity for line in lines if line.needs_delivery and delivered)
        yield from _demands(part, packing, delivery)


def _demands_stored(order_ids: list[str]) -> Iterable[Demand]:
    """Demands of orders as they were stored, those that went back left out."""
    parts: dict[int, ProviderOrder] = {}
    quantities: dict[int, dict[TaskKind, int]] = {}
    lines = (
        ProviderOrderLine.objects.filter(provider_order__order_id__in=order_ids)
        .exclude(went_back("provider_order__"))
        .select_related("provider_order", "listing")
        .order_by("provider_order_id", "number")
    )
    for line in lines:
        part = parts.setdefault(line.provider_order_id, line.provider_order)
        wanted = quantities.setdefault(part.pk, {TaskKind.PACKING: 0, TaskKind.DELIVERY: 0})
        if line.listing.needs_packing:
            wanted[TaskKind.PACKING] += line.quantity
        if line.listing.needs_delivery and part.delivery_method == DeliveryMethod.SFA_DELIVERY:
            wanted[TaskKind.DELIVERY] += line.quantity
    for pk, wanted in quantities.items():
        yield from _demands(parts[pk], wanted[TaskKind.PACKING], wanted[TaskKind.DELIVERY])


def went_back(prefix: str = "") -> Q:
    """Provider orders that are over without being fulfilled, or whose money went back in full."""
    over = (ProviderOrderStatus.REFUSED.value, ProviderOrderStatus.CANCELLED.value)
    return Q(**{f"{prefix}status__in": over}) | Q(
        **{f"{prefix}gross_cents__gt": 0, f"{prefix}refunded_cents": F(f"{prefix}gross_cents")}
    )


def _demands(part: ProviderOrder, packing: int, delivery: int) -> Iterable[Demand]:
    for kind, quantity in ((TaskKind.PACKING, packing), (TaskKind.DELIVERY, delivery)):
        if quantity:
            yield Demand(
                order_id=part.order_id,
                provider_order_id=part.pk,
                provider_id=part.provider_id,
                kind=kind,
                quantity=quantity,
                delivery_comune_id=part.delivery_comune_id,
                placed_at=part.placed_at,
            )


def _templates(demands: Sequence[Demand]) -> QuerySet[TaskTemplate]:
    providers = {demand.provider_id for demand in demands}
    return TaskTemplate.objects.filter(Q(provider__isnull=True) | Q(provider__in=providers))


def _template_for(demand: Demand, templates: list[TaskTemplate]) -> TaskTemplate | None:
    """The provider's own template in force when the order was placed, or the general one."""
    day = timezone.localdate(demand.placed_at)
    fitting = [t for t in templates if t.kind == demand.kind and _in_force(t, day)]
    own = [t for t in fitting if t.provider_id == demand.provider_id]
    general = [t for t in fitting if t.provider_id is None]
    return next(iter(own or general), None)


def _in_force(template: TaskTemplate, day: date) -> bool:
    return template.valid_from <= day and (
        template.valid_until is None or day <= template.valid_until
    )


def _routes(demands: Sequence[Demand]) -> dict[tuple[str, int], Route]:
    """("provider", id) and ("comune", id) to the comune and its nearest service; one statement."""
    providers = {demand.provider_id for demand in demands}
    comuni = {demand.delivery_comune_id for demand in demands} - {None}
    served = "comune__served_by__service_id", "comune__served_by__km"
    of_providers = Provider.objects.filter(pk__in=providers).values_list(
        Value(0, IntegerField()), "pk", "comune_id", *served
    )
    of_comuni = Comune.objects.filter(pk__in=comuni).values_list(
        Value(1, IntegerField()), "pk", "pk", "served_by__service_id", "served_by__km"
    )
    found = of_providers.order_by().union(of_comuni.order_by(), all=True)
    routes: dict[tuple[str, int], tuple[float, int, Route]] = {}
    for is_comune, key, comune_id, service_id, km in found:
        name = ("comune" if is_comune else "provider", key)
        rank = (float("inf") if km is None else km, service_id or 0)
        if name not in routes or rank < routes[name][:2]:
            routes[name] = (*rank, Route(comune_id, service_id))
    return {name: route for name, (_km, _service, route) in routes.items()}


def _task(
    demand: Demand, templates: list[TaskTemplate], routes: dict[tuple[str, int], Route]
) -> Task | None:
    template = _template_for(demand, templates)
    if template is None:
        logger.warning("no %s template for provider %s", demand.kind, demand.provider_id)
        return None
    # Packing is done where the goods are; so is the start of a delivery to who knows where.
    at = routes["provider", demand.provider_id]
    if demand.kind == TaskKind.DELIVERY and demand.delivery_comune_id is not None:
        at = routes["comune", demand.delivery_comune_id]
    return Task(
        order_id=demand.order_id,
        provider_order_id=demand.provider_order_id,
        provider_id=demand.provider_id,
        kind=demand.kind.value,
        template=template,
        quantity=demand.quantity,
        minutes=template.minutes_for(demand.quantity),
        opens_at=demand.placed_at + timedelta(hours=template.opens_after_hours),
        closes_at=demand.placed_at + timedelta(hours=template.closes_after_hours),
        comune_id=at.comune_id,
        service_id=at.service_id,
    )
