"""The levy: what each sale gives to the Solidarity Fund. To change the shares, add a LevyPolicy.

Arithmetic: on each provider's gross (delivery not included), the provider's share and the company's
share are each ``base * bps / 10,000`` rounded half up to the cent (``marketplace.money.portion``).
The provider's share comes out of its takings; the company's is paid by the company on top; the
buyer's credit is never cut. What an employee gives is on top and pledged beforehand: a share of
the gross, or what is missing to the next whole euro, divided among the providers by largest
remainder (LAW.md, "Solidarity levy"). Where nobody's company stands behind the credit (an award of
the Fund), neither company nor employee gives.

The money is posted by ``marketplace.sales`` in the payment's own transfer; here are the terms
before it and the record after it.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from marketplace import wording
from marketplace.money import portion, share_out
from marketplace.refusals import Refusal
from marketplace.sales.sale import LevyShare, LevyTerms, PlacedOrder, Reversal, Sale
from plugins.solidarity_fund.accounts import fund_account_id
from plugins.solidarity_fund.models import Levy, LevyPledge, LevyPolicy

# A process that did not make a change may levy by the policy before it for so long.
POLICY_KEPT_SECONDS = 5.0
CENTS_PER_EURO = 100


@dataclass(frozen=True, slots=True)
class Shares:
    """The policy in force on one day, as the arithmetic needs it."""

    policy_id: int
    fund_id: int
    provider_bps: int
    company_bps: int
    employee_bps: int = 0
    employee_round_up: bool = False

    @property
    def offers_pledge(self) -> bool:
        return bool(self.employee_bps or self.employee_round_up)

    def of(self, provider_id: int, base_cents: int, *, company_pays: bool) -> LevyShare:
        """The levy on what one provider takes, in cents."""
        return LevyShare(
            provider_id=provider_id,
            policy_id=self.policy_id,
            base_cents=base_cents,
            provider_cents=portion(base_cents, self.provider_bps),
            company_cents=portion(base_cents, self.company_bps) if company_pays else 0,
        )


class Pledge(NamedTuple):
    """What the buyer gives freely: the policy's share for employees, the round-up, or nothing."""

    share: bool = False
    round_up: bool = False


NO_PLEDGE = Pledge()


def levy_of(sale: Sale) -> LevyTerms:
    """What the sale owes the Fund, per provider in ascending order of id. At most two queries, and
    those only where the policy is not kept and where it offers employees to give.

    Raises:
        Refusal: LEVY_POLICY_MISSING where no policy is in force on the day of the sale.
    """
    shares = shares_on(sale.on)
    pledge = NO_PLEDGE
    if shares.offers_pledge and sale.company_id is not None:
        pledge = pledge_of(shares.fund_id, sale.user_id)
    return LevyTerms(fund_account_id(shares.fund_id), shares_of(sale, shares, pledge))


def shares_of(sale: Sale, shares: Shares, pledge: Pledge = NO_PLEDGE) -> tuple[LevyShare, ...]:
    """The arithmetic of :func:`levy_of`, which needs no database."""
    company_pays = sale.company_id is not None
    levied = [
        shares.of(provider_id, sale.gross_of(provider_id), company_pays=company_pays)
        for provider_id in sale.provider_ids
    ]
    given = _pledged(sale, shares, pledge, [share.base_cents for share in levied])
    return tuple(
        replace(share, employee_cents=cents) for share, cents in zip(levied, given, strict=True)
    )


def _pledged(sale: Sale, shares: Shares, pledge: Pledge, bases: list[int]) -> list[int]:
    """The employee's part per provider, in cents."""
    if sale.company_id is None:
        return [0] * len(bases)
    bps = shares.employee_bps if pledge.share else 0
    given = [portion(base, bps) for base in bases]
    if pledge.round_up and shares.employee_round_up and any(bases):
        missing = -(sale.total_cents + sum(given)) % CENTS_PER_EURO
        given = [share + part for share, part in zip(given, share_out(missing, bases), strict=True)]
    return given


def pledge_of(fund_id: int, user_id: int) -> Pledge:
    """What a person has pledged to give on top of each purchase."""
    found = (
        LevyPledge.objects.filter(fund_id=fund_id, user_id=user_id, ended_at__isnull=True)
        .values_list("share", "round_up")
        .first()
    )
    return Pledge(*found) if found else NO_PLEDGE


_kept: dict[date, tuple[float, Shares]] = {}
_kept_lock = threading.Lock()


def shares_on(day: date) -> Shares:
    """The shares in force on a day, kept for seconds so that most sales ask nothing."""
    now = time.monotonic()
    kept = _kept.get(day)
    if kept and kept[0] > now:
        return kept[1]
    shares = _read_shares(day)
    with _kept_lock:
        _kept[day] = (now + POLICY_KEPT_SECONDS, shares)
    return shares


def _read_shares(day: date) -> Shares:
    row = (
        LevyPolicy.objects.filter(valid_from__lte=day)
        .exclude(valid_until__lt=day)
        .order_by("fund_id")
        .values_list(
            "pk", "fund_id", "provider_bps", "company_bps", "employee_bps", "employee_round_up"
        )
        .first()
    )
    if row is None:
        raise Refusal(
            "LEVY_POLICY_MISSING",
            _("No solidarity levy is set for %(day)s. The operator has to add one before we sell.")
            % {"day": wording.day(day)},
        )
    return Shares(*row)


def forget_shares(**_signal: object) -> None:
    """Read the policies again at the next sale: now, and after the commit of who changed them."""
    with _kept_lock:
        _kept.clear()
    if connection.in_atomic_block:
        transaction.on_commit(_kept.clear)


class LevyRecorder:
    """Follower of sales: a Levy row per provider, and what of it went back."""

    def order_placed(self, placed: PlacedOrder) -> None:
        """Record the levy of an order: one statement, and a second time nothing."""
        Levy.objects.bulk_create(
            [
                Levy(
                    order_id=placed.order_id,
                    provider_id=share.provider_id,
                    buyer_id=placed.sale.user_id,
                    policy_id=share.policy_id,
                    on=placed.sale.on,
                    base_cents=share.base_cents,
                    provider_cents=share.provider_cents,
                    company_cents=share.company_cents,
                    employee_cents=share.employee_cents,
                    transfer_id=placed.transfer_id,
                )
                for share in placed.levy.shares
            ],
            ignore_conflicts=True,
        )

    def order_reversed(self, reversal: Reversal) -> None:
        """Record what went back of a levy: one statement, once per transfer.

        Raises:
            Refusal: LEVY_MISSING where the order's levy was not recorded yet (catch up first).
            IntegrityError: more would go back than was levied (a CHECK of the table).
        """
        back = reversal.levy
        with connection.cursor() as cursor:
            cursor.execute(
                _REVERSE,
                {
                    "order_id": reversal.order_id,
                    "provider_id": back.provider_id,
                    "transfer_id": reversal.transfer_id,
                    "provider_cents": back.provider_cents,
                    "company_cents": back.company_cents,
                    "employee_cents": back.employee_cents,
                },
            )
            found = cursor.fetchone()[0]
        if not found:
            raise Refusal(
                "LEVY_MISSING",
                _("The levy of order %(order)s is not recorded yet; reconcile it, then refund.")
                % {"order": reversal.order_id},
            )


recorder = LevyRecorder()

# The row of the reversal and the sums on the levy, together or not at all; a replay inserts no row
# and so adds nothing.
_REVERSE = """
WITH levied AS (
    SELECT id FROM solidarity_fund_levy
    WHERE order_id = %(order_id)s AND provider_id = %(provider_id)s
), given_back AS (
    INSERT INTO solidarity_fund_levyreversal
        (levy_id, transfer_id, provider_cents, company_cents, employee_cents, created_at)
    SELECT id, %(transfer_id)s, %(provider_cents)s, %(company_cents)s, %(employee_cents)s, now()
    FROM levied
    ON CONFLICT (levy_id, transfer_id) DO NOTHING
    RETURNING levy_id, provider_cents, company_cents, employee_cents
), summed AS (
    UPDATE solidarity_fund_levy AS levy
    SET reversed_provider_cents = levy.reversed_provider_cents + given_back.provider_cents,
        reversed_company_cents = levy.reversed_company_cents + given_back.company_cents,
        reversed_employee_cents = levy.reversed_employee_cents + given_back.employee_cents
    FROM given_back WHERE levy.id = given_back.levy_id
)
SELECT count(*) FROM levied
"""
