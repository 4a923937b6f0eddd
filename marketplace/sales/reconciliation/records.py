"""Writing down what a run found: what is left once, what was repaired each time."""

from __future__ import annotations

import hashlib
import json

from marketplace.sales.reconciliation.differences import Finding
from marketplace.sales.reconciliation.models import ReconciliationFinding, ReconciliationRun


def record(run: ReconciliationRun, finding: Finding) -> int:
    """Store a finding; return its id, or that of the earlier one where it was left before."""
    row = _row(run, finding)
    if finding.repaired:
        row.save(force_insert=True)
        return int(row.pk)
    ReconciliationFinding.objects.bulk_create([row], ignore_conflicts=True)
    return int(
        ReconciliationFinding.objects.filter(digest=row.digest, repaired=False).values_list(
            "pk", flat=True
        )[0]
    )


def _row(run: ReconciliationRun, finding: Finding) -> ReconciliationFinding:
    facts = dict(finding.facts)
    told = json.dumps([finding.code, finding.subject, facts], sort_keys=True)
    return ReconciliationFinding(
        run=run,
        code=finding.code,
        subject=finding.subject,
        sentence=finding.sentence[:400],
        repaired=finding.repaired,
        facts=facts,
        digest=hashlib.sha256(told.encode()).hexdigest(),
    )
