"""The figures of now, each a list of (labels, number); one statement each, on small tables."""

from __future__ import annotations

from collections import Counter

from django.utils import timezone

from marketplace.ledger.database import fetch_all
from marketplace.ledger.territory import territory_id
from marketplace.operation import heartbeats
from marketplace.operation.models import KeptTask, Redelivery
from marketplace.sales.reconciliation.models import ReconciliationFinding, ReconciliationRun

Found = list[tuple[dict[str, str], float]]


def holds() -> Found:
    """Open ones and those past their expiry that are not swept yet."""
    rows = fetch_all(
        "SELECT count(*) FILTER (WHERE expires_at > now()),"
        " count(*) FILTER (WHERE expires_at <= now()) FROM ledger_open_hold"
    )
    ((still_open, expired),) = rows
    return [({"state": "open"}, still_open), ({"state": "expired"}, expired)]


def held_cents() -> Found:
    rows = fetch_all(
        "SELECT coalesce(sum(h.cents), 0) FROM ledger_open_hold o"
        " JOIN ledger_hold h ON h.territory_id = o.territory_id AND h.id = o.hold_id"
    )
    return [({}, float(rows[0][0]))]


def fund_cents() -> Found:
    rows = fetch_all(
        "SELECT coalesce(sum(b.cents), 0) FROM ledger_balances(%s,"
        "ARRAY(SELECT id FROM ledger_account WHERE territory_id = %s AND kind = 'fund')) b",
        [territory_id(), territory_id()],
    )
    return [({}, float(rows[0][0]))]


def differences() -> Found:
    """None where nothing is left, or where no run has finished yet."""
    run = ReconciliationRun.objects.filter(finished_at__isnull=False).first()
    if run is None:
        return []
    left = ReconciliationFinding.objects.filter(pk__in=run.left_ids)
    counted = Counter(left.order_by().values_list("code", flat=True))
    return [({"code": code}, number) for code, number in sorted(counted.items())]


def reconciler_age() -> Found:
    run = ReconciliationRun.objects.filter(finished_at__isnull=False).first()
    if run is None or run.finished_at is None:
        return []
    return [({}, (timezone.now() - run.finished_at).total_seconds())]


def heartbeat_ages() -> Found:
    ages = heartbeats.ages()
    parts = {"worker": ages.worker, "beat": ages.beat}
    return [({"part": part}, age) for part, age in parts.items() if age is not None]


def queue_age() -> Found:
    age = heartbeats.ages().queue
    return [] if age is None else [({}, age)]


def tasks_set_aside() -> Found:
    """Those that killed their worker each time, by task."""
    set_aside = Redelivery.objects.filter(set_aside_at__isnull=False)
    counted = Counter(set_aside.values_list("task", flat=True))
    return [({"task": task}, number) for task, number in sorted(counted.items())]


def tasks_kept() -> Found:
    """Those that the queue has not taken yet."""
    return [({}, KeptTask.objects.count())]
