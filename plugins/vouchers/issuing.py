"""Vouchers follow an order: made with it, cancelled with a part that went back in full.

Which lines: those that nobody packs or brings - services, and goods that the listing leaves at the
provider's. There the buyer turns up in person, and the voucher says who may have it (nominative),
what (one good or service each, DM 25.3.2016 art. 6) and that it was paid. What the SFA packs or
brings needs none: it is handed over at the door. When VAT falls (``vat_voucher_kind``) does not
decide whether there is one; it is kept on the voucher, for the invoice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace import wording
from marketplace.money import share_out
from marketplace.providers.models import Listing, ProviderOrder, ProviderOrderStatus
from marketplace.refusals import Refusal
from marketplace.sales.sale import PlacedOrder, Reversal, Sale, SaleLine
from plugins.vouchers.codes import code_hash, new_code
from plugins.vouchers.models import VoucherStatus, VoucherTerm, WelfareVoucher

# What has been had, or never will be, needs no voucher any more.
OVER = (
    ProviderOrderStatus.COMPLETED.value,
    ProviderOrderStatus.REFUSED.value,
    ProviderOrderStatus.CANCELLED.value,
)


def needs_vouchers(line: SaleLine) -> bool:
    """Whether each unit of a line is handed over against a voucher."""
    return line.by_voucher


class VoucherFollower:
    """What becomes of vouchers with a placed order and with its way back."""

    def order_placed(self, placed: PlacedOrder) -> None:
        """Make them: three statements, none where no line needs one; a second time nothing."""
        lines = [line for line in placed.sale.lines if needs_vouchers(line)]
        if lines:
            _issue(placed, lines)

    def order_reversed(self, reversal: Reversal) -> None:
        """Cancel what is unused of a part that went back in full."""
        if reversal.full:
            WelfareVoucher.objects.filter(
                provider_order=reversal.provider_order.pk, status=VoucherStatus.ISSUED
            ).update(status=VoucherStatus.CANCELLED, ended_at=timezone.now())


follower = VoucherFollower()


def _issue(placed: PlacedOrder, lines: Iterable[SaleLine]) -> None:
    sale = placed.sale
    valid_until = sale.on + timedelta(days=days_valid(sale.on))
    kinds = dict(
        Listing.objects.filter(pk__in={line.listing_id for line in lines}).values_list(
            "pk", "vat_voucher_kind"
        )
    )
    parts = {
        part.provider_id: part
        for part in placed.provider_orders
        if part.status not in OVER and not _all_back(part)
    }
    WelfareVoucher.objects.bulk_create(
        (
            voucher
            for line in lines
            if line.provider_id in parts
            for voucher in _of_line(sale, line, parts[line.provider_id], kinds, valid_until)
        ),
        ignore_conflicts=True,
    )


def _all_back(part: Any) -> bool:
    return bool(part.gross_cents and part.refunded_cents == part.gross_cents)


def _of_line(
    sale: Sale,
    line: SaleLine,
    part: ProviderOrder,
    kinds: Mapping[int, str],
    valid_until: date,
) -> Iterator[WelfareVoucher]:
    """One voucher per unit; together they are worth the line, to the cent."""
    for unit, cents in enumerate(share_out(line.total_cents, [1] * line.quantity), 1):
        code = new_code()
        yield WelfareVoucher(
            provider_order_id=part.pk,
            line_number=line.number,
            unit=unit,
            units=line.quantity,
            holder_id=sale.user_id,
            product_name=line.product_name,
            value_cents=cents,
            vat_kind=kinds[line.listing_id],
            code_hash=code_hash(code),
            code=code,
            issued_on=sale.on,
            valid_until=valid_until,
        )


def days_valid(on: date) -> int:
    """For how many days a voucher issued on a day is valid.

    Raises:
        Refusal: VOUCHER_TERM_MISSING.
    """
    term = VoucherTerm.objects.filter(valid_from__lte=on).first()
    if term is None:
        raise Refusal(
            "VOUCHER_TERM_MISSING",
            _("Nobody has said how long vouchers of %(day)s are valid. The operator has to add it.")
            % {"day": wording.day(on)},
        )
    days: int = term.days
    return days


def vouchers_missing(sales: Mapping[str, Sale]) -> set[str]:
    """Orders with a standing part that lacks vouchers; two queries. For the reconciler."""
    parts = {
        (part.order_id, part.provider_id): part.pk
        for part in ProviderOrder.objects.filter(order_id__in=list(sales)).exclude(status__in=OVER)
        if not _all_back(part)
    }
    made = set(
        WelfareVoucher.objects.filter(provider_order__in=parts.values()).values_list(
            "provider_order_id", "line_number"
        )
    )
    return {
        order_id
        for order_id, sale in sales.items()
        for line in sale.lines
        if needs_vouchers(line)
        and (part_id := parts.get((order_id, line.provider_id))) is not None
        and (part_id, line.number) not in made
    }
