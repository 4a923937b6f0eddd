"""Payments that the shop holds as captured by the wallet, and no money behind them: reported.

What was sold, and to whom it is owed, stands in the settlement; without it nothing is certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from marketplace.ledger.models import Transfer
from marketplace.money import euro
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.differences import Difference, Window
from marketplace.sales.sale import GATEWAY
from marketplace.sales.services import PURCHASE
from marketplace.shop import books
from marketplace.shop.facts import CapturedPayment


def compare(window: Window) -> Iterator[Difference]:
    """Payments made in the window."""
    for batch in books.payments_captured(GATEWAY, window.since, window.until):
        settled = _settled(batch)
        lonely = [payment for payment in batch if not _is_settled(payment, settled)]
        moved = _transfers(lonely)
        for payment in lonely:
            yield _difference(payment, moved.get(payment.checkout_token))


def _settled(payments: Sequence[CapturedPayment]) -> dict[str, str | None]:
    """By token, the order that a settlement has paid; None where it waits for its order."""
    tokens = [payment.checkout_token for payment in payments]
    rows = Settlement.objects.standing().filter(token__in=tokens)
    return dict(rows.values_list("token", "order_id"))


def _is_settled(payment: CapturedPayment, settled: dict[str, str | None]) -> bool:
    """Whether money stands behind a payment; not where it stands behind another order."""
    if payment.checkout_token not in settled:
        return False
    return settled[payment.checkout_token] in (None, payment.order_id)


def _transfers(payments: Sequence[CapturedPayment]) -> dict[str, int]:
    """Purchases in the ledger, by the token that they refer to."""
    tokens = [payment.checkout_token for payment in payments if payment.checkout_token]
    rows = Transfer.objects.filter(reference__in=tokens, kind=PURCHASE).exclude(
        pk__in=Settlement.objects.given_back()
        .filter(token__in=tokens)
        .values_list("transfer_id", flat=True)
    )
    return dict(rows.order_by("pk").values_list("reference", "pk"))


def _difference(payment: CapturedPayment, transfer_id: int | None) -> Difference:
    if payment.order_id:
        subject = f"order {payment.order_id}"
        of = _("order %(id)s") % {"id": payment.order_id}
    else:
        subject = f"payment {payment.payment_id}"
        of = _("payment %(id)s") % {"id": payment.payment_id}
    facts = {"payment": payment.payment_id, "cents": payment.captured_cents}
    sums = {"of": of, "sum": euro(payment.captured_cents)}
    if transfer_id is None:
        return Difference(
            "PAYMENT_WITHOUT_MONEY",
            subject,
            _("The shop says that welfare credit paid %(sum)s for %(of)s; no wallet paid it.")
            % sums,
            facts,
        )
    return Difference(
        "PAYMENT_WITHOUT_SETTLEMENT",
        subject,
        _("A wallet paid %(sum)s for %(of)s; what was sold is not on record.") % sums,
        {**facts, "transfer": transfer_id},
    )
