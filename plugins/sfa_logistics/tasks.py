"""Background work: plans made every few minutes, so that nobody has to ask for one."""

from __future__ import annotations

from celery import shared_task

from plugins.sfa_logistics.models import TrainingService
from plugins.sfa_logistics.services.plans import service_plan

BEAT = {"sfa-plan": {"task": "plugins.sfa_logistics.tasks.sfa_plan_all", "schedule": 300.0}}


@shared_task
def sfa_plan_all() -> int:
    """Plan every service's open tasks, each in its own transaction; returns how many it gave out.

    For beat, every five minutes. Running it twice, or twice at once, does no harm.
    """
    services = TrainingService.objects.order_by("pk").values_list("pk", flat=True)
    return sum(service_plan(service_id=service_id).assigned for service_id in services)
