"""Credit into wallets, from a company's budget or from the Fund, and out again when it lapses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from marketplace import registry
from marketplace.companies.credit import CreditGiven, Grant
from marketplace.companies.models import LapseTo
from marketplace.ledger.accounts import NewLot, account, open_lots
from marketplace.ledger.models import Account, AccountKind
from marketplace.ledger.posting import Leg, lapse_lot, post
from marketplace.ledger.selectors import LotBalance, expired_lots
from marketplace.refusals import Refusal
from plugins.welfare_wallet.models import Wallet, WalletKind

CREDIT = "credit"


class Given(NamedTuple):
    """Credit as it lies in a wallet now; ``replayed``: given by an earlier call."""

    user_id: int
    wallet_id: int
    lot_account_id: int
    cents: int
    transfer_id: int
    replayed: bool


def credit(
    *,
    user_id: int,
    company_id: int | None,
    plan_id: int | None,
    source_account_id: int,
    cents: int,
    key: str,
    expires_on: date,
    reference: str = "",
) -> Given:
    """Give one person credit; without a plan it goes into their solidarity wallet.

    Raises:
        Refusal: INSUFFICIENT_FUNDS where the source has too little, IDEMPOTENCY_CONFLICT.
    """
    with transaction.atomic():
        wallet_id = _open_wallets([(user_id, company_id, plan_id)])[(user_id, plan_id)]
        lot = open_lots([NewLot(wallet_id, expires_on, f"lot:{key}")])[0]
        posted = post(
            kind=CREDIT,
            key=key,
            legs=[Leg(source_account_id, -cents), Leg(lot, cents)],
            reference=reference,
        )
    return Given(user_id, wallet_id, lot, cents, posted.transfer_id, posted.replayed)


def credit_many(
    *, grants: Sequence[Grant], source_account_id: int, key: str, reference: str = ""
) -> list[CreditGiven]:
    """Give all the grants in one ledger transfer, or none; the same key again gives the same.

    A constant number of statements, whatever the number of grants.

    Raises:
        Refusal: INSUFFICIENT_FUNDS, IDEMPOTENCY_CONFLICT.
    """
    with transaction.atomic():
        wallets = _open_wallets([(g.user_id, g.company_id, g.plan_id) for g in grants])
        wallet_ids = [wallets[grant.user_id, grant.plan_id] for grant in grants]
        lots = open_lots(
            [
                NewLot(wallet_id, grant.expires_on, f"lot:{key}:{n}")
                for n, (wallet_id, grant) in enumerate(zip(wallet_ids, grants, strict=True))
            ]
        )
        post(
            kind=CREDIT,
            key=key,
            legs=[
                Leg(source_account_id, -sum(grant.cents for grant in grants)),
                *(Leg(lot, grant.cents) for lot, grant in zip(lots, grants, strict=True)),
            ],
            reference=reference,
        )
    return [
        CreditGiven(grant.user_id, wallet_id, lot, grant.cents)
        for grant, wallet_id, lot in zip(grants, wallet_ids, lots, strict=True)
    ]


def _open_wallets(
    wanted: Sequence[tuple[int, int | None, int | None]],
) -> dict[tuple[int, int | None], int]:
    """Wallet ids by (user, plan), opened where they do not exist: two statements."""
    Wallet.objects.bulk_create(
        [
            Wallet(
                user_id=user_id,
                company_id=company_id,
                plan_id=plan_id,
                kind=(WalletKind.PLAN if plan_id else WalletKind.SOLIDARITY).value,
            )
            for user_id, company_id, plan_id in sorted(set(wanted), key=str)
        ],
        ignore_conflicts=True,
    )
    rows = Wallet.objects.filter(user_id__in={user_id for user_id, _c, _p in wanted})
    return {(user, plan): pk for user, plan, pk in rows.values_list("user_id", "plan_id", "pk")}


def lapse_expired(on: date | None = None) -> int:
    """Move what is left in expired lots where each plan says; return how many lots lapsed.

    A solidarity wallet's lots go back to the Fund. A lot that has changed since the look (a refund
    has put off its last day) is left for the next time.
    """
    day = on or timezone.localdate()
    lots = expired_lots(day)
    holders = dict(
        Account.objects.filter(pk__in=[lot.account_id for lot in lots]).values_list(
            "pk", "holder_id"
        )
    )
    wallets = Wallet.objects.select_related("plan").in_bulk(set(holders.values()))
    return sum(_lapse(lot, wallets[holders[lot.account_id]], day) for lot in lots)


def _lapse(lot: LotBalance, wallet: Wallet, day: date) -> bool:
    try:
        lapse_lot(
            account_id=lot.account_id,
            # A lot may be refilled after it lapsed, and lapse again later.
            key=f"lapse:{lot.account_id}:{lot.expires_on.isoformat()}:{day.isoformat()}",
            to_account_id=_lapses_to(wallet),
            on=day,
        )
    except Refusal as refusal:
        if refusal.code not in ("LOT_NOT_EXPIRED", "LOT_EMPTY"):
            raise
        return False
    return True


def _lapses_to(wallet: Wallet) -> int:
    if wallet.plan is not None and wallet.plan.lapse_to == LapseTo.COMPANY_BUDGET:
        return account(AccountKind.COMPANY_BUDGET, wallet.company_id)
    fund_account: int = registry.use("fund.account_id")()
    return fund_account
