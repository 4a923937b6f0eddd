"""Card money in the ledger against what is owed to cards and what each payment says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from marketplace.batches import batches
from marketplace.cards.models import CardPayment, CardPaymentStatus, CardRefund, CardRefundStatus
from marketplace.ledger.accounts import account
from marketplace.ledger.database import fetch_one
from marketplace.ledger.models import AccountKind
from marketplace.ledger.territory import territory_id
from marketplace.money import euro
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.differences import Difference, Window

# The clock asks Stripe every two minutes: what still waits then needs somebody to look.
REFUND_TAKES = timedelta(hours=1)


def compare(window: Window) -> Iterator[Difference]:
    """Paid payments of the window and their settlements, disputes, refunds that wait, two sums."""
    yield from _unsettled(window)
    yield from _disputed(window)
    yield from _waiting(window)
    yield from _sums()


def _unsettled(window: Window) -> Iterator[Difference]:
    paid = CardPayment.objects.filter(
        status=CardPaymentStatus.PAID.value,
        ended_at__gte=window.since,
        ended_at__lt=window.until,
    )
    for batch in batches(paid, size=window.batch):
        rows = Settlement.objects.filter(token__in=[payment.token for payment in batch])
        booked = dict(rows.order_by("pk").values_list("token", "card_cents"))
        for payment in batch:
            if booked.get(payment.token) != payment.card_cents:
                yield Difference(
                    "CARD_PAYMENT_NOT_SETTLED",
                    f"card payment {payment.pk}",
                    _("Card payment %(payment)s is called paid, and its sale says otherwise.")
                    % {"payment": payment.pk},
                    {"cents": payment.card_cents},
                )


def _disputed(window: Window) -> Iterator[Difference]:
    """What to do about a dispute is a person's decision: the goods may be gone."""
    disputed = CardPayment.objects.filter(
        disputed_at__gte=window.since, disputed_at__lt=window.until
    )
    for batch in batches(disputed, size=window.batch):
        for payment in batch:
            yield Difference(
                "CARD_PAYMENT_DISPUTED",
                f"card payment {payment.pk}",
                _("The card's holder disputes %(sum)s. Answer it at Stripe.")
                % {"sum": euro(payment.received_cents)},
                {"cents": payment.received_cents},
            )


def _waiting(window: Window) -> Iterator[Difference]:
    """Every refund that Stripe has not done, however old."""
    rest = CardRefund.objects.exclude(status=CardRefundStatus.SUCCEEDED.value)
    for batch in batches(rest, size=window.batch):
        for refund in batch:
            failed = refund.status == CardRefundStatus.FAILED
            if failed or refund.created_at < window.now - REFUND_TAKES:
                yield Difference(
                    "CARD_REFUND_FAILED" if failed else "CARD_REFUND_WAITS",
                    f"card refund {refund.pk}",
                    _("%(sum)s are owed to a card, and Stripe has not given them back.")
                    % {"sum": euro(refund.cents)},
                    {"cents": refund.cents, "payment": refund.payment_id},
                )


def _sums() -> Iterator[Difference]:
    """One statement, so that it sees one moment."""
    clearing, refunds = (
        account(AccountKind.CARD_CLEARING, 0),
        account(AccountKind.CARD_REFUNDS, 0),
    )
    at_stripe, owed, received, returned, waiting = fetch_one(
        "SELECT (SELECT cents FROM ledger_balances(%s, ARRAY[%s::bigint])),"
        " (SELECT cents FROM ledger_balances(%s, ARRAY[%s::bigint])),"
        " (SELECT coalesce(sum(received_cents), 0)::bigint FROM welfare_cards_cardpayment),"
        " (SELECT coalesce(sum(cents), 0)::bigint FROM welfare_cards_cardrefund"
        "  WHERE status = 'succeeded'),"
        " (SELECT coalesce(sum(cents), 0)::bigint FROM welfare_cards_cardrefund"
        "  WHERE status <> 'succeeded')",
        [territory_id(), clearing, territory_id(), refunds],
    )
    for code, subject, booked, said in (
        ("CARD_CLEARING_DIFFERS", f"account {clearing}", -at_stripe, received - returned),
        ("CARD_REFUNDS_DIFFER", f"account {refunds}", owed, waiting),
    ):
        if booked != said:
            yield Difference(
                code,
                subject,
                _("The ledger has %(booked)s here, and the card payments say %(said)s.")
                % {"booked": euro(booked), "said": euro(said)},
                {"booked_cents": booked, "said_cents": said},
            )
