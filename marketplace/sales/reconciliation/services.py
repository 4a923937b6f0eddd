"""A run: every comparison over one window, each repair in a transaction with its finding."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.refusals import Refusal
from marketplace.sales.reconciliation.checks import Check, checks, name_of
from marketplace.sales.reconciliation.differences import Difference, Finding, Gone, Window
from marketplace.sales.reconciliation.lock import only_one
from marketplace.sales.reconciliation.models import ReconciliationRun, StartedBy
from marketplace.sales.reconciliation.records import record
from marketplace.shop.telemetry import span

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did; ``run`` is None where it only looked."""

    window: Window
    run: ReconciliationRun | None
    findings: list[Finding] = field(default_factory=list)

    @property
    def left(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.repaired]

    @property
    def repaired(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.repaired]


def reconcile(
    *,
    since: datetime | None = None,
    now: datetime | None = None,
    dry_run: bool = False,
    started_by: StartedBy = StartedBy.COMMAND,
    by_user_id: int | None = None,
    progress: Callable[[str, Finding | None], None] = lambda _check, _finding: None,
) -> Report:
    """Compare all books; repair what is certain and list the rest. Done twice, it finds nothing.

    Not one transaction: each repair commits by itself, so that a crash loses none and one that
    fails keeps no other from being done.

    Args:
        since: start of the window; where not given, ``RECONCILE_WINDOW_HOURS`` back, or where the
            last finished run ended if that is longer ago.
        dry_run: look only; nothing is repaired or stored.
        progress: told of each check as it starts (with None) and of each finding.

    Raises:
        Refusal: RECONCILER_BUSY.
    """
    with only_one():
        window = _window(since, now or timezone.now())
        run = None
        if not dry_run:
            run = ReconciliationRun.objects.create(
                started_by=started_by.value,
                by_user_id=by_user_id,
                since=window.since,
                until=window.until,
            )
        report = Report(window, run)
        left_ids = []
        for check in checks:
            progress(name_of(check), None)
            with span("reconcile", check=name_of(check)):
                for difference in _differences(check, window):
                    finding, finding_id = _settle(difference, run)
                    if finding is None:
                        continue
                    report.findings.append(finding)
                    progress(name_of(check), finding)
                    if not finding.repaired and finding_id is not None:
                        left_ids.append(finding_id)
        if run is not None:
            _finish(run, report, left_ids)
        return report


def _window(since: datetime | None, now: datetime) -> Window:
    until = now - timedelta(seconds=settings.RECONCILE_GRACE_SECONDS)
    return Window(since=since or _since(now), until=until, now=now)


def _since(now: datetime) -> datetime:
    """Where the last run ended, or further back."""
    usual = now - timedelta(hours=settings.RECONCILE_WINDOW_HOURS)
    last = ReconciliationRun.objects.filter(finished_at__isnull=False).first()
    return min(usual, last.until) if last else usual


def _differences(check: Check, window: Window) -> Iterator[Difference]:
    """What a check yields; one that breaks is itself a finding, and the others go on."""
    try:
        yield from check(window)
    except Exception as error:
        logger.exception("the check %s broke off", name_of(check))
        yield Difference(
            "CHECK_BROKE_OFF",
            f"check {name_of(check)}",
            _("This comparison broke off with an error; the log says more."),
            {"error": type(error).__name__},
        )


def _settle(
    difference: Difference, run: ReconciliationRun | None
) -> tuple[Finding | None, int | None]:
    """Repair a difference and store the finding, in one transaction; None where it was gone."""
    if run is None:
        return _left(difference), None
    if difference.repair is not None:
        try:
            with transaction.atomic():
                difference.repair()
                done = _finding(difference, repaired=True)
                return done, record(run, done)
        except Gone:
            return None, None
        except Refusal as refusal:
            left = _left(difference, refusal.code, str(refusal.message))
        except Exception as error:
            # One broken row must not keep the others from being repaired.
            logger.exception("%s %s is not repaired", difference.code, difference.subject)
            left = _left(difference, type(error).__name__, str(_("the log says more.")))
    else:
        left = _left(difference)
    return left, record(run, left)


def _left(difference: Difference, refused: str = "", why: str = "") -> Finding:
    """A difference that stays, and what its repair was refused with."""
    if not refused:
        return _finding(difference, repaired=False)
    return Finding(
        code=difference.code,
        subject=difference.subject,
        sentence=_("%(difference)s Not repaired (%(code)s): %(why)s")
        % {"difference": difference.sentence, "code": refused, "why": why},
        repaired=False,
        facts={**difference.facts, "refused": refused},
    )


def _finding(difference: Difference, *, repaired: bool) -> Finding:
    return Finding(
        code=difference.code,
        subject=difference.subject,
        sentence=str(difference.sentence),
        repaired=repaired,
        facts=difference.facts,
    )


def _finish(run: ReconciliationRun, report: Report, left_ids: list[int]) -> None:
    run.finished_at = timezone.now()
    run.repaired = len(report.repaired)
    run.left_ids = left_ids
    run.save(update_fields=["finished_at", "repaired", "left_ids"])
