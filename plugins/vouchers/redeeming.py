"""Redeeming a code: by a manager of its provider, exactly once, and not by trying many.

All who change what a part of an order is (redeem, refuse, cancel, refund) take the row of that part
first, so that a voucher is either used or its money back, never both.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_datetime
from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace import wording
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.providers.fulfilment import provider_order_hand_over
from marketplace.providers.models import ProviderOrder, ProviderOrderLine
from marketplace.refusals import Refusal
from plugins.vouchers.codes import code_hashes, read
from plugins.vouchers.models import RedeemAttempt, VoucherStatus, WelfareVoucher


def voucher_redeem(*, actor: Actor, code: str) -> WelfareVoucher:
    """Use a voucher up; its order is completed with the last one, where nothing else is in it.

    Writes down the attempt in a transaction of its own, which a refusal leaves standing: do not
    wrap.

    Raises:
        Refusal: VOUCHER_CODE_MISTYPED, TOO_MANY_ATTEMPTS, VOUCHER_UNKNOWN,
            VOUCHER_OF_ANOTHER_PROVIDER, VOUCHER_ALREADY_USED (``used_at``), VOUCHER_CANCELLED,
            VOUCHER_EXPIRED (``expired_on``).
    """
    wanted = read(code)
    attempt = _attempt(actor.require_user())
    with transaction.atomic():
        voucher = _redeem(actor, wanted)
        RedeemAttempt.objects.filter(pk=attempt.pk).update(succeeded=True)
    return voucher


def _attempt(user_id: int) -> RedeemAttempt:
    """Note an attempt, then count: so that of many at once no more get through than may."""
    attempt = RedeemAttempt.objects.create(user_id=user_id)
    since = timezone.now() - timedelta(minutes=settings.VOUCHER_ATTEMPT_MINUTES)
    failed = RedeemAttempt.objects.filter(user_id=user_id, succeeded=False, tried_at__gt=since)
    if failed.count() > settings.VOUCHER_MOST_FAILURES:
        # It was not looked at: it shall not put off the day on which the next one is.
        attempt.delete()
        raise Refusal(
            "TOO_MANY_ATTEMPTS",
            _("Too many codes did not work. Wait %(minutes)s minutes, then try again.")
            % {"minutes": settings.VOUCHER_ATTEMPT_MINUTES},
            field="code",
        )
    return attempt


def _redeem(actor: Actor, code: str) -> WelfareVoucher:
    found = _own_voucher(actor, code)
    part = ProviderOrder.objects.select_for_update().get(pk=found.provider_order_id)
    now = timezone.now()
    used = WelfareVoucher.objects.filter(
        pk=found.pk, status=VoucherStatus.ISSUED, valid_until__gte=timezone.localdate(now)
    ).update(status=VoucherStatus.REDEEMED, ended_at=now, redeemed_by_id=actor.user_id)
    found.refresh_from_db(fields=["status", "ended_at"])
    if not used:
        raise _not_usable(found)
    provider_order_hand_over(provider_order_id=part.pk, completed=_all_handed_over(part))
    return found


def _own_voucher(actor: Actor, code: str) -> WelfareVoucher:
    """The voucher of a code, where the actor manages its provider."""
    by_code = WelfareVoucher.objects.filter(code_hash__in=code_hashes(code)).defer("code")
    found = by_code.select_related("provider_order").first()
    if found is None:
        raise Refusal(
            "VOUCHER_UNKNOWN", _("No voucher has this code: ask its holder for it."), field="code"
        )
    if found.provider_order.provider_id not in actor.organisations(Role.PROVIDER_MANAGER):
        raise Refusal(
            "VOUCHER_OF_ANOTHER_PROVIDER",
            _("This voucher is for another provider: its holder finds which one on it."),
            field="code",
        )
    return found


def _all_handed_over(part: ProviderOrder) -> bool:
    """Whether every unit of a part was handed over against a voucher."""
    units = ProviderOrderLine.objects.filter(provider_order=part).aggregate(sum=Sum("quantity"))
    used = WelfareVoucher.objects.filter(provider_order=part, status=VoucherStatus.REDEEMED)
    return bool(used.count() == units["sum"])


def _not_usable(voucher: WelfareVoucher) -> Refusal:
    if voucher.status == VoucherStatus.REDEEMED:
        return Refusal(
            "VOUCHER_ALREADY_USED",
            _("This voucher was used on %(when)s: it is good for one time only.")
            % {"when": _moment(voucher.ended_at)},
            field="code",
            used_at=voucher.ended_at.isoformat(),
        )
    if voucher.status == VoucherStatus.CANCELLED:
        return Refusal(
            "VOUCHER_CANCELLED",
            _("This voucher was cancelled: its credit went back to its holder."),
            field="code",
        )
    return Refusal(
        "VOUCHER_EXPIRED",
        _("This voucher was valid until %(day)s.") % {"day": wording.day(voucher.valid_until)},
        field="code",
        expired_on=voucher.valid_until.isoformat(),
    )


def _moment(when: datetime) -> str:
    return format_datetime(timezone.localtime(when), "long", locale=wording.locale(), tzinfo=None)


def used_vouchers(part: Any) -> Iterator[Refusal]:
    """VOUCHER_USED where a voucher of a part was redeemed: it is not called off any more."""
    if WelfareVoucher.objects.filter(
        provider_order=part.pk, status=VoucherStatus.REDEEMED
    ).exists():
        yield Refusal(
            "VOUCHER_USED",
            _("A voucher of this order has been used: it can no longer be called off."),
            field="id",
        )
