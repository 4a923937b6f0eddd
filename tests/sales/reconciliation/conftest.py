"""A town whose reconciler has no grace: what was committed a moment ago is looked at."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.services import reconcile
from tests.shopping import PURCHASE, purchase_input
from tests.steps import Steps


@pytest.fixture(autouse=True)
def _no_grace(settings):
    settings.RECONCILE_GRACE_SECONDS = 0


@pytest.fixture
def bought(api, town) -> Settlement:
    """One purchase of honey and camp, complete and announced."""
    variables = purchase_input("the-purchase", (town.honey, 2), (town.camp, 1))
    payload = api.data(PURCHASE, variables, user=town.employee)["purchaseCreate"]
    assert payload["errors"] == []
    assert codes(reconcile()) == ["ORDER_NOT_ANNOUNCED"]
    assert reconcile().findings == []
    return Settlement.objects.get()


@pytest.fixture
def steps(api, town) -> Steps:
    return Steps(api, town.employee)


def codes(report: Any) -> list[str]:
    return [finding.code for finding in report.findings]


def repaired(*expected: str) -> None:
    """A run repairs exactly this, and the next one finds nothing."""
    report = reconcile()
    assert [(f.code, f.repaired) for f in report.findings] == [(code, True) for code in expected], (
        report.findings
    )
    assert reconcile().findings == []


def left(*expected: str) -> None:
    """A run lists exactly this and changes nothing, however often."""
    for _twice in range(2):
        report = reconcile()
        assert [(f.code, f.repaired) for f in report.findings] == [
            (code, False) for code in expected
        ], report.findings
