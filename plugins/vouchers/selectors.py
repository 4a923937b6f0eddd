"""Reads of this room: a holder's vouchers, and a provider's without their codes."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.refusals import Refusal
from plugins.vouchers.models import VoucherStatus, WelfareVoucher

EXPIRED = "expired"
STATUSES = (*(str(status) for status in VoucherStatus), EXPIRED)


def status_of(voucher: WelfareVoucher) -> str:
    """Its status today: ``expired`` where it was not used in time."""
    if voucher.status == VoucherStatus.ISSUED and voucher.valid_until < timezone.localdate():
        return EXPIRED
    return str(voucher.status)


def vouchers_held_by(user_id: int) -> QuerySet[WelfareVoucher]:
    """A person's own vouchers, newest first."""
    return WelfareVoucher.objects.filter(holder_id=user_id).select_related(
        "holder", "provider_order__provider__organisation", "provider_order__provider__comune"
    )


def vouchers_of_providers(provider_ids: frozenset[int]) -> QuerySet[WelfareVoucher]:
    """The vouchers of providers, newest first; code and buyer's data are not even read."""
    held_by: Any = WelfareVoucher._meta.get_field("holder").related_model
    private = [f.attname for f in held_by._meta.concrete_fields if f.name not in _SHOWN_OF_HOLDER]
    return (
        WelfareVoucher.objects.filter(provider_order__provider_id__in=provider_ids)
        .select_related("holder", "provider_order")
        .defer("code", "code_hash", *(f"holder__{name}" for name in private))
    )


_SHOWN_OF_HOLDER = {"id", "first_name"}


def of_status(vouchers: QuerySet[WelfareVoucher], status: str | None) -> QuerySet[WelfareVoucher]:
    """Those of a status of :func:`status_of`; all of them where none is asked.

    Raises:
        Refusal: UNKNOWN_STATUS.
    """
    if status is None:
        return vouchers
    if status not in STATUSES:
        raise Refusal(
            "UNKNOWN_STATUS",
            _("Choose a status among %(known)s.") % {"known": ", ".join(STATUSES)},
            field="status",
        )
    today = timezone.localdate()
    in_time = {
        EXPIRED: Q(status=VoucherStatus.ISSUED, valid_until__lt=today),
        VoucherStatus.ISSUED.value: Q(status=VoucherStatus.ISSUED, valid_until__gte=today),
    }
    return vouchers.filter(in_time.get(status, Q(status=status)))
