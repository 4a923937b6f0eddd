"""``ledger_verify``: exit code 0 for a sound ledger, 1 and a named list for any other."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from marketplace.ledger.verification import verify


class Command(BaseCommand):
    help = "Verify every sum, floor, lot, checkpoint and hold of the ledger, and its guards."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = verify()
        for finding in findings:
            self.stdout.write(f"{finding.code}  {finding.subject}: {finding.detail}")
        if findings:
            self.stderr.write(f"The ledger is wrong in {len(findings)} places.")
            sys.exit(1)
        self.stdout.write("The ledger is sound.")
