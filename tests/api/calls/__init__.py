"""Each operation of ours with real arguments: who rightly sends them, and who must not get on.

``operations_with_real_ids()`` is the table that two suites walk: ``test_other_organisations.py``
sends each call as a stranger, ``test_bad_input.py`` spoils its arguments one by one. An operation
that is missing here fails the suite.
"""

from __future__ import annotations

from tests.api.calls import anybody, companies, fund, operators, providers, sfa, shop
from tests.api.calls.anybody import TAKES_NOTHING_OF_ANYBODY
from tests.api.calls.call import Call, as_unknown

__all__ = ["TAKES_NOTHING_OF_ANYBODY", "Call", "as_unknown", "operations_with_real_ids"]


def operations_with_real_ids() -> list[Call]:
    """Every operation, those with arguments of A's at least once with a stranger."""
    parts = (companies, providers, shop, fund, sfa, operators, anybody)
    return [one for part in parts for one in part.calls()]
