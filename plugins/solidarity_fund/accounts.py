"""The Fund's accounts in the ledger."""

from __future__ import annotations

from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.ledger.selectors import balance


def fund_account_id(fund_id: int) -> int:
    """The account that levies go to and that awards are reserved from."""
    return account(AccountKind.FUND, fund_id)


def reserved_account_id(fund_id: int) -> int:
    """What has been awarded and not paid yet."""
    return account(AccountKind.FUND_RESERVED, fund_id)


def fund_balance_cents(fund_id: int) -> int:
    """What the Fund holds and has not reserved."""
    return balance(fund_account_id(fund_id))
