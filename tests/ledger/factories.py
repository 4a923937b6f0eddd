"""Money to play with: a wallet with lots, a company with a budget."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from marketplace.ledger import accounts, posting
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg

TODAY = date(2026, 11, 2)
NEXT_YEAR = TODAY + timedelta(days=365)
YESTERDAY = TODAY - timedelta(days=1)

_numbers = itertools.count(1)


def unique(prefix: str = "key") -> str:
    return f"{prefix}:{next(_numbers)}"


def world() -> int:
    return accounts.account(AccountKind.WORLD, 0)


def provider(number: int = 1) -> int:
    return accounts.account(AccountKind.PROVIDER_PAYABLE, number)


def fund(number: int = 1) -> int:
    return accounts.account(AccountKind.FUND, number)


def budget(cents: int, company: int = 1) -> int:
    """The company's budget with so much more money in it."""
    account_id = accounts.account(AccountKind.COMPANY_BUDGET, company)
    give(account_id, cents)
    return account_id


def lot(wallet_id: int, cents: int, expires_on: date = NEXT_YEAR) -> int:
    """A lot of the wallet with so much money in it."""
    account_id = accounts.open_lot(wallet_id=wallet_id, expires_on=expires_on)
    if cents:
        give(account_id, cents)
    return account_id


def give(account_id: int, cents: int) -> posting.Posted:
    return posting.post(
        kind="top_up", key=unique("give"), legs=[Leg(world(), -cents), Leg(account_id, cents)]
    )


def spend(wallet_id: int, cents: int, *, key: str | None = None, on: date = TODAY):
    """A purchase from provider 1."""
    return posting.post(
        kind="purchase",
        key=key or unique("spend"),
        legs=[Leg(provider(), cents)],
        spend=posting.SpendLots(wallet_id, cents),
        on=on,
    )
