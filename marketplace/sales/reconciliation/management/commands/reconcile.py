"""``reconcile``: compare all books, repair what is certain, name the rest.

Exit code 0 where nothing is left, 1 where something is, 2 where another reconciler is at work.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from marketplace.refusals import Refusal
from marketplace.sales.reconciliation.checks import checks
from marketplace.sales.reconciliation.differences import Finding
from marketplace.sales.reconciliation.services import Report, reconcile


class Command(BaseCommand):
    help = "Compare Saleor's orders and payments with the ledger, and repair what is certain."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only look and list")
        parser.add_argument(
            "--since", help="a day or a moment (2026-11-01), or days back (30d); a few days if none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._done = 0
        try:
            report = reconcile(
                since=moment(options["since"]) if options["since"] else None,
                dry_run=options["dry_run"],
                progress=self._progress,
            )
        except Refusal as refusal:
            raise CommandError(str(refusal.message), returncode=2) from None
        self._summary(report, dry_run=options["dry_run"])
        if report.left:
            sys.exit(1)

    def _progress(self, check: str, finding: Finding | None) -> None:
        if finding is None:
            self._done += 1
            self.stdout.write(f"[{self._done}/{len(checks)}] {check}")
        else:
            mark = "repaired" if finding.repaired else "LEFT"
            self.stdout.write(f"  {mark}  {finding.code}  {finding.subject}: {finding.sentence}")

    def _summary(self, report: Report, *, dry_run: bool) -> None:
        since, until = (
            timezone.localtime(at).strftime("%d.%m.%Y %H:%M")
            for at in (report.window.since, report.window.until)
        )
        self.stdout.write(f"From {since} to {until}.")
        if dry_run:
            self.stdout.write(f"{len(report.findings)} differences; nothing was changed.")
        elif not report.findings:
            self.stdout.write("All books agree.")
        else:
            self.stdout.write(
                f"{len(report.repaired)} differences repaired, {len(report.left)} left."
            )


def moment(text: str) -> datetime:
    """``2026-11-01``, ``2026-11-01T10:00`` or ``30d``, in the installation's time."""
    if text.endswith("d") and text[:-1].isdecimal():
        return timezone.now() - timedelta(days=int(text[:-1]))
    try:
        day = parse_date(text)
        found = datetime(day.year, day.month, day.day) if day else parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{text!r} is neither a day, nor a moment, nor a number of days: 30d.")
    return found if timezone.is_aware(found) else timezone.make_aware(found)
