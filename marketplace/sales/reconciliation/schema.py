"""The operator's view of the reconciler: its runs, what they found, and a run by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import graphene
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import Entity
from marketplace.api.fields import connection
from marketplace.api.loaders import load
from marketplace.api.mutations import WelfareMutation
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.refusals import Refusal
from marketplace.sales.reconciliation.models import (
    ReconciliationFinding,
    ReconciliationRun,
    StartedBy,
)
from marketplace.sales.reconciliation.services import reconcile

# A request must answer soon; the command has no such limit.
LONGEST = timedelta(days=7)


def findings_repaired(run_ids: Sequence[int]) -> dict[int, list[ReconciliationFinding]]:
    """What each run repaired."""
    found: dict[int, list[ReconciliationFinding]] = {run_id: [] for run_id in run_ids}
    rows = ReconciliationFinding.objects.filter(run_id__in=run_ids, repaired=True).order_by("pk")
    for row in rows:
        found[row.run_id].append(row)
    return found


def findings_left(runs: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], list[Any]]:
    """By a run's ids of what is left, the findings."""
    wanted = {finding_id for ids in runs for finding_id in ids}
    rows = ReconciliationFinding.objects.in_bulk(wanted)
    return {ids: [rows[finding_id] for finding_id in ids] for ids in runs}


class ReconciliationFindingType(Entity):
    """A difference between two sets of books."""

    class Meta:
        name = "ReconciliationFinding"

    code = graphene.String(required=True, description="UPPER_SNAKE_CASE, one per kind.")
    subject = graphene.String(required=True, description="What it is about, such as an order.")
    sentence = graphene.String(required=True)
    repaired = graphene.Boolean(required=True)
    found_at = graphene.DateTime(required=True, description="When it was first found.")


class ReconciliationRunType(Entity):
    """One comparison of all books over a window."""

    class Meta:
        name = "ReconciliationRun"

    started_by = graphene.String(required=True, description="`clock`, `command` or `operator`.")
    since = graphene.DateTime(required=True)
    until = graphene.DateTime(required=True)
    started_at = graphene.DateTime(required=True)
    finished_at = graphene.DateTime(description="Empty where it broke off or is at work.")
    repaired_count = graphene.Int(required=True)
    left_count = graphene.Int(required=True)
    repaired = graphene.List(graphene.NonNull(ReconciliationFindingType), required=True)
    left = graphene.List(
        graphene.NonNull(ReconciliationFindingType),
        required=True,
        description="What was still different at its end, and needs somebody to look.",
    )

    @staticmethod
    def resolve_repaired_count(root: Any, _info: Any) -> int:
        return int(root.repaired)

    @staticmethod
    def resolve_left_count(root: Any, _info: Any) -> int:
        return len(root.left_ids)

    @staticmethod
    def resolve_repaired(root: Any, info: Any) -> Any:
        return load(info, findings_repaired, root.pk)

    @staticmethod
    def resolve_left(root: Any, info: Any) -> Any:
        return load(info, findings_left, tuple(root.left_ids))


def reconciliation_runs(_info: Any, _actor: Actor) -> Any:
    return ReconciliationRun.objects.all()


class Reconcile(WelfareMutation):
    """The reconciler by hand."""

    run = graphene.Field(ReconciliationRunType)

    class Arguments:
        since = graphene.DateTime(description="At most a week ago; two days where not given.")

    class Meta:
        description = (
            "Compares the shop's orders and payments with the ledger, repairs what is certain and "
            "lists the rest."
        )
        roles = (Role.OPERATOR,)
        # Each repair commits by itself.
        atomic = False

    @classmethod
    def perform(cls, _info: Any, actor: Actor, since: datetime | None = None) -> Any:
        if since is not None:
            since = _checked(since, timezone.now())
        report = reconcile(
            since=since, started_by=StartedBy.OPERATOR, by_user_id=actor.require_user()
        )
        return cls(run=report.run)


def _checked(since: datetime, now: datetime) -> datetime:
    """An aware time of the last week; Refusal WINDOW_TOO_LONG, INVALID_WINDOW."""
    try:
        since = timezone.make_aware(since) if timezone.is_naive(since) else since
    except OverflowError:  # the first or the last day that there is
        since = since.replace(tzinfo=UTC)
    if since < now - LONGEST:
        raise Refusal(
            "WINDOW_TOO_LONG",
            _("At most a week back from here; the command `reconcile` goes further."),
            field="since",
        )
    if since > now:
        raise Refusal(
            "INVALID_WINDOW",
            _("Nothing has happened yet since then. Choose an earlier time."),
            field="since",
        )
    return since


class Queries(graphene.ObjectType):
    reconciliation_runs = connection(
        ReconciliationRunType,
        roles=(Role.OPERATOR,),
        resolver=reconciliation_runs,
        description="Runs of the reconciler, newest first.",
    )


class Mutations(graphene.ObjectType):
    reconcile = Reconcile.Field()
