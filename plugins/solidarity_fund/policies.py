"""Changing the levy: a new policy from a day on; and what an employee pledges on top."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace import wording
from marketplace.money import BASIS_POINTS
from marketplace.refusals import Refusal
from plugins.solidarity_fund.cases import lock_fund
from plugins.solidarity_fund.models import Fund, Levy, LevyPledge, LevyPolicy
from plugins.solidarity_fund.selectors import policy_on


@transaction.atomic
def levy_policy_create(
    *,
    fund: Fund,
    provider_bps: int,
    company_bps: int,
    employee_bps: int = 0,
    employee_round_up: bool = False,
    valid_from: date,
    valid_until: date | None = None,
    created_by_id: int | None = None,
) -> LevyPolicy:
    """Set the shares of a sale that go to the Fund from a day on.

    The open-ended policy before it ends the day before; what has been levied stays as it was.

    Raises:
        Refusal: INVALID_SHARE outside 0 to 10,000 basis points, INVALID_PERIOD,
            LEVY_POLICY_IN_USE where the days have levied already under another policy,
            LEVY_POLICY_OVERLAP where another policy is set for some of the days.
    """
    _check_share(provider_bps, "providerBps")
    _check_share(company_bps, "companyBps")
    _check_share(employee_bps, "employeeBps")
    if valid_until is not None and valid_until < valid_from:
        raise Refusal(
            "INVALID_PERIOD",
            _("The last day comes before the first. Check both."),
            field="validUntil",
        )
    lock_fund(fund.pk)
    _end_predecessor(fund, valid_from)
    _refuse_overlap(fund, valid_from, valid_until)
    return LevyPolicy.objects.create(
        fund=fund,
        provider_bps=provider_bps,
        company_bps=company_bps,
        employee_bps=employee_bps,
        employee_round_up=employee_round_up,
        valid_from=valid_from,
        valid_until=valid_until,
        created_by_id=created_by_id,
    )


@transaction.atomic
def levy_pledge_set(*, fund: Fund, user_id: int, share: bool, round_up: bool) -> LevyPledge | None:
    """What a person gives on top of each purchase from now on; nothing where both are false.

    Raises:
        Refusal: PLEDGE_NOT_OFFERED where the policy in force does not offer it.
    """
    policy = policy_on(fund, timezone.localdate())
    for wanted, offered, field in (
        (share, policy is not None and policy.employee_bps > 0, "share"),
        (round_up, policy is not None and policy.employee_round_up, "roundUp"),
    ):
        if wanted and not offered:
            raise Refusal(
                "PLEDGE_NOT_OFFERED",
                _("The levy in force does not offer this way of giving."),
                field=field,
            )
    lock_fund(fund.pk)
    before = LevyPledge.objects.filter(fund=fund, user_id=user_id, ended_at__isnull=True).first()
    if before is not None and (before.share, before.round_up) == (share, round_up):
        return before
    if before is not None:
        before.ended_at = timezone.now()
        before.save(update_fields=["ended_at"])
    if not share and not round_up:
        return None
    return LevyPledge.objects.create(fund=fund, user_id=user_id, share=share, round_up=round_up)


def _check_share(bps: int, field: str) -> None:
    if not 0 <= bps <= BASIS_POINTS:
        raise Refusal(
            "INVALID_SHARE",
            _("A share is from 0 to %(most)s basis points (100 are one per cent).")
            % {"most": BASIS_POINTS},
            field=field,
        )


def _end_predecessor(fund: Fund, valid_from: date) -> None:
    before = LevyPolicy.objects.filter(
        fund=fund, valid_from__lt=valid_from, valid_until__isnull=True
    ).first()
    if before is None:
        return
    if Levy.objects.filter(policy=before, on__gte=valid_from).exists():
        raise Refusal(
            "LEVY_POLICY_IN_USE",
            _(
                "Sales of %(day)s have been levied already. "
                "Let the new shares begin on %(next)s or later."
            )
            % {
                "day": wording.day(valid_from),
                "next": wording.day(max(timezone.localdate(), valid_from) + timedelta(days=1)),
            },
            field="validFrom",
        )
    before.valid_until = valid_from - timedelta(days=1)
    before.save(update_fields=["valid_until"])


def _refuse_overlap(fund: Fund, valid_from: date, valid_until: date | None) -> None:
    clash = LevyPolicy.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=valid_from), fund=fund
    )
    if valid_until is not None:
        clash = clash.filter(valid_from__lte=valid_until)
    other = clash.first()
    if other is not None:
        raise Refusal(
            "LEVY_POLICY_OVERLAP",
            _("Another levy is set from %(day)s on. Choose days that it does not cover.")
            % {"day": wording.day(other.valid_from)},
            field="validFrom",
        )
