"""What a company asks of the wallets: the shapes of the service ``wallet.credit_many``.

``use("wallet.credit_many")(grants=..., source_account_id=..., key=..., reference=...)`` gives all
the grants in one ledger transfer, or none, and returns one :class:`CreditGiven` per grant in the
order of the grants; the same key again returns the same.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Grant(NamedTuple):
    """Credit for one person under one plan, to be spent until ``expires_on`` (included)."""

    user_id: int
    company_id: int
    plan_id: int
    cents: int
    expires_on: date


class CreditGiven(NamedTuple):
    """The lot that a grant became."""

    user_id: int
    wallet_id: int
    lot_account_id: int
    cents: int
