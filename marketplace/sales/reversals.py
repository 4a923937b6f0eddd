"""The way back: refusal, cancellation or refund, whole or in part.

Payment and levy go back in proportion, into the credit lots that paid; a lot that has expired
meanwhile gets the days that the plan grants. Where a card paid a part, each provider's part (and
delivery) goes back to card and credit in proportion to what each still has in it, by largest
remainder; where the part holds a line that only credit may pay, credit gets its own back first, so
that no voucher becomes cash (LAW.md, c.3-bis). What the buyer gave the Fund on top was credit.

All locks start at the settlement's row, so two reversals of one order wait for each other and never
give back more than was paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.cards.refunds import refund_owe, returned_owe
from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, Posted, Refill, post, reverse
from marketplace.money import euro, share_out
from marketplace.providers.models import ProviderOrder, ProviderOrderStatus
from marketplace.refusals import Refusal
from marketplace.sales import extensions, terms
from marketplace.sales.models import Settlement, SettlementReversal
from marketplace.sales.sale import CARD_GATEWAY, GATEWAY, LevyShare, Reversal, Sale
from marketplace.shop.payments import refund_record

REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why money goes back, and who says so (None: the system)."""

    reason: str
    by_user_id: int | None = None


def refundable_cents(settlement: Settlement) -> int:
    """What an order could still give back."""
    rows = ProviderOrder.objects.filter(order_id=settlement.order_id or "")
    return (
        sum(row.gross_cents - row.refunded_cents for row in rows)
        + settlement.delivery_cents
        - settlement.delivery_refunded_cents
    )


def order_refund(*, order_id: str, cause: Cause, reference: str = "") -> int:
    """Give back all that is left of an order, and the shop's payments say so.

    Returns:
        Cents given back; 0 where all had gone back before.

    Raises:
        Refusal: UNKNOWN_ORDER.
    """
    with transaction.atomic():
        card_before = _back_to_card(_locked_settlement(order_id))
        back = order_reverse(order_id=order_id, cause=cause)
        settlement = _locked_settlement(order_id)
        shop_tell(settlement, back, _back_to_card(settlement) - card_before, reference)
        return back


def shop_tell(settlement: Settlement, cents: int, card_cents: int, reference: str = "") -> None:
    """Record with the shop's payments that money went back: ``card_cents`` of it to the card."""
    reference = reference or settlement.token
    for gateway, part in ((GATEWAY, cents - card_cents), (CARD_GATEWAY, card_cents)):
        if part:
            refund_record(
                str(settlement.order_id), gateway=gateway, amount_cents=part, reference=reference
            )


def _back_to_card(settlement: Settlement) -> int:
    """Cents of a settlement that have gone back to its card."""
    if not settlement.card_cents:
        return 0
    return settlement.reversals.aggregate(sum=Sum("card_cents"))["sum"] or 0


def order_reverse(*, order_id: str, cents: int | None = None, cause: Cause) -> int:
    """Give back an amount of an order (None: all that is left), over its parts in proportion.

    Returns:
        Cents given back; 0 where all had gone back before and no amount was asked.

    Raises:
        Refusal: REFUND_EXCEEDS_PAYMENT, UNKNOWN_ORDER.
    """
    with transaction.atomic():
        settlement = _locked_settlement(order_id)
        rows = list(ProviderOrder.objects.filter(order_id=order_id).order_by("provider_id"))
        rests = [row.gross_cents - row.refunded_cents for row in rows]
        delivery_rest = settlement.delivery_cents - settlement.delivery_refunded_cents
        rest = sum(rests) + delivery_rest
        amount = rest if cents is None else cents
        _check_amount(amount, rest, whole=cents is None)
        if not amount:
            return 0
        *parts, delivery_part = share_out(amount, [*rests, delivery_rest])
        # Nothing is given back twice under one key: the key says how much had gone back before.
        stem = f"refund:{settlement.token}:{settlement.gross_cents - rest}"
        for row, part in zip(rows, parts, strict=True):
            if part:
                _reverse_provider_order(settlement, row, part, f"{stem}:{row.pk}", cause)
        if delivery_part:
            _reverse_delivery(settlement, delivery_part, f"{stem}:delivery", cause)
        return amount


def provider_order_reverse(
    *, provider_order_id: int, cents: int | None = None, key: str, cause: Cause
) -> SettlementReversal:
    """Give back an amount of one provider's part of an order (None: all that is left of it).

    The same key again returns the first reversal.

    Raises:
        Refusal: REFUND_EXCEEDS_PAYMENT, NOTHING_TO_REFUND, UNKNOWN_ORDER, IDEMPOTENCY_CONFLICT.
    """
    return _reverse_once(provider_order_id, cents, key, cause)[0]


def provider_order_refund(
    *, provider_order_id: int, cents: int | None = None, key: str, cause: Cause
) -> SettlementReversal:
    """:func:`provider_order_reverse`, and the shop's payment says so in the same transaction.

    For whoever refunds by itself; where Saleor asks for a refund, it writes that down itself.
    """
    with transaction.atomic():
        reversal, new = _reverse_once(provider_order_id, cents, key, cause)
        if new:
            shop_tell(reversal.settlement, reversal.cents, reversal.card_cents)
        return reversal


def undelivered_refund(*, order_id: str, cause: Cause) -> int:
    """Give back what delivery cost where nothing of an order will be delivered any more.

    For whoever has just called off a part. Asked again it gives back nothing more.

    Returns:
        Cents given back; 0 where something still comes, or delivery was free.

    Raises:
        Refusal: UNKNOWN_ORDER.
    """
    with transaction.atomic():
        settlement = _locked_settlement(order_id)
        rest = settlement.delivery_cents - settlement.delivery_refunded_cents
        if not rest or _something_comes(settlement):
            return 0
        reversal = _reverse_delivery(settlement, rest, f"undelivered:{settlement.pk}", cause)
        shop_tell(settlement, rest, reversal.card_cents)
        return rest


def _something_comes(settlement: Settlement) -> bool:
    """Whether a part that stands has lines to deliver (any lines, where none are marked so)."""
    sale, _levy = terms.from_json(settlement.terms)
    delivered = {line.provider_id for line in sale.lines if line.needs_delivery}
    standing = ProviderOrder.objects.filter(order_id=settlement.order_id).exclude(
        status__in=(ProviderOrderStatus.REFUSED.value, ProviderOrderStatus.CANCELLED.value)
    )
    if delivered:
        standing = standing.filter(provider_id__in=delivered)
    return standing.exists()


def _reverse_once(
    provider_order_id: int, cents: int | None, key: str, cause: Cause
) -> tuple[SettlementReversal, bool]:
    """The reversal, and whether it is new."""
    with transaction.atomic():
        order_id = (
            ProviderOrder.objects.filter(pk=provider_order_id)
            .values_list("order_id", flat=True)
            .first()
        )
        settlement = _locked_settlement(order_id or "")
        row = ProviderOrder.objects.get(pk=provider_order_id)
        earlier = SettlementReversal.objects.filter(key=key).first()
        if earlier is not None:
            return _replayed(earlier, provider_order_id, cents), False
        rest = row.gross_cents - row.refunded_cents
        amount = rest if cents is None else cents
        _check_amount(amount, rest, whole=False)
        return _reverse_provider_order(settlement, row, amount, key, cause), True


def settlement_reverse(*, settlement_id: int) -> bool:
    """Give back the whole payment of a sale that never became an order; it is never placed after.

    Returns:
        False where it has become an order or has gone back meanwhile, and nothing is done.

    Raises:
        Refusal: what :func:`marketplace.ledger.posting.reverse` refuses.
    """
    with transaction.atomic():
        settlement = Settlement.objects.select_for_update().get(pk=settlement_id)
        if settlement.order_id is not None or settlement.given_back_transfer_id is not None:
            return False
        today = timezone.localdate()
        posted = reverse(
            transfer_id=settlement.transfer_id,
            key=f"give-back:{settlement.pk}",
            reference=settlement.token,
            expired_lots_until=today + timedelta(days=settlement.refund_grace_days),
            on=today,
        )
        settlement.given_back_transfer_id = posted.transfer_id
        settlement.save(update_fields=["given_back_transfer_id"])
        if settlement.card_cents:
            # Stripe has the money still: the reversal alone would say that the card got it back.
            returned_owe(
                token=settlement.token,
                cents=settlement.card_cents,
                key=f"give-back:{settlement.pk}",
            )
        return True


def _replayed(
    earlier: SettlementReversal, provider_order_id: int, cents: int | None
) -> SettlementReversal:
    if earlier.provider_order_id != provider_order_id or cents not in (None, earlier.cents):
        raise Refusal(
            "IDEMPOTENCY_CONFLICT", _("This key was used for another refund. Use a new one.")
        )
    return earlier


def _locked_settlement(order_id: str) -> Settlement:
    settlement = Settlement.objects.select_for_update().filter(order_id=order_id).first()
    if settlement is None:
        raise Refusal("UNKNOWN_ORDER", _("This order was not paid with welfare credit."))
    return settlement


def _check_amount(amount: int, rest: int, *, whole: bool) -> None:
    if amount > rest or amount < 0:
        raise Refusal(
            "REFUND_EXCEEDS_PAYMENT",
            _("At most %(rest)s can still be given back.") % {"rest": euro(rest)},
            field="amount",
            refundable_cents=rest,
        )
    if amount == 0 and not whole:
        raise Refusal("NOTHING_TO_REFUND", _("There is nothing left to give back."))


def levy_back(row: Any, cents: int) -> LevyShare:
    """The levy's part of a reversal: of each share what is left of it, in proportion to what is
    left of the payment, so that the last reversal takes the rest to the cent."""
    rest = row.gross_cents - row.refunded_cents

    def part(levied: int, given_back: int) -> int:
        left = levied - given_back
        return (left * cents + rest // 2) // rest

    return LevyShare(
        provider_id=row.provider_id,
        policy_id=row.levy_policy_id,
        base_cents=cents,
        provider_cents=part(row.levy_provider_cents, row.levy_provider_refunded_cents),
        company_cents=part(row.levy_company_cents, row.levy_company_refunded_cents),
        employee_cents=part(row.levy_employee_cents, row.levy_employee_refunded_cents),
    )


def _reverse_provider_order(
    settlement: Settlement, row: Any, cents: int, key: str, cause: Cause
) -> SettlementReversal:
    back = levy_back(row, cents)
    payable = account(AccountKind.PROVIDER_PAYABLE, row.provider_id)
    legs = [Leg(payable, -(cents - back.provider_cents))]
    if back.total_cents:
        _sale, levy = terms.from_json(settlement.terms)
        legs.append(Leg(levy.fund_account_id, -back.total_cents))
    if back.company_cents and settlement.company_id is not None:
        legs.append(
            Leg(account(AccountKind.COMPANY_LEVY, settlement.company_id), back.company_cents)
        )
    card_cents = _card_part(
        settlement,
        cents,
        rest_cents=row.gross_cents - row.refunded_cents,
        part=_PartOf(row.provider_id, row.pk),
    )
    posted = _post_back(settlement, cents + back.employee_cents, card_cents, legs, key)
    _mark_refunded(row, cents, back)
    reversal = SettlementReversal.objects.create(
        settlement=settlement,
        provider_order_id=row.pk,
        key=key,
        cents=cents,
        card_cents=card_cents,
        levy_provider_cents=back.provider_cents,
        levy_company_cents=back.company_cents,
        levy_employee_cents=back.employee_cents,
        transfer_id=posted.transfer_id,
        reason=cause.reason,
        by_user_id=cause.by_user_id,
    )
    _owe_card(settlement, card_cents, key, posted)
    followed = Reversal(
        order_id=row.order_id,
        provider_order=row,
        cents=cents,
        levy=back,
        full=row.refunded_cents == row.gross_cents,
        transfer_id=posted.transfer_id,
    )
    for follower in extensions.followers:
        follower.order_reversed(followed)
    return reversal


def _mark_refunded(row: Any, cents: int, back: LevyShare) -> None:
    row.refunded_cents += cents
    row.levy_provider_refunded_cents += back.provider_cents
    row.levy_company_refunded_cents += back.company_cents
    row.levy_employee_refunded_cents += back.employee_cents
    row.save(
        update_fields=[
            "refunded_cents",
            "levy_provider_refunded_cents",
            "levy_company_refunded_cents",
            "levy_employee_refunded_cents",
        ]
    )


def _reverse_delivery(
    settlement: Settlement, cents: int, key: str, cause: Cause
) -> SettlementReversal:
    card_cents = _card_part(
        settlement,
        cents,
        rest_cents=settlement.delivery_cents - settlement.delivery_refunded_cents,
        part=_DELIVERY,
    )
    legs = [Leg(account(AccountKind.DELIVERY, 0), -cents)]
    posted = _post_back(settlement, cents, card_cents, legs, key)
    settlement.delivery_refunded_cents += cents
    settlement.save(update_fields=["delivery_refunded_cents"])
    reversal = SettlementReversal.objects.create(
        settlement=settlement,
        key=key,
        cents=cents,
        card_cents=card_cents,
        transfer_id=posted.transfer_id,
        reason=cause.reason,
        by_user_id=cause.by_user_id,
    )
    _owe_card(settlement, card_cents, key, posted)
    return reversal


class _PartOf(NamedTuple):
    """One provider's part of an order, or delivery where there is none."""

    provider_id: int | None
    provider_order_id: int | None


_DELIVERY = _PartOf(None, None)


def _card_part(settlement: Settlement, cents: int, *, rest_cents: int, part: _PartOf) -> int:
    """What of a part's refund goes to the card; ``rest_cents``: what the part had not given back.

    Under the settlement's lock, as all that changes the sums it reads.
    """
    if not settlement.card_cents:
        return 0
    sale, _levy = terms.from_json(settlement.terms)
    given_back = (
        settlement.reversals.filter(provider_order_id=part.provider_order_id).aggregate(
            sum=Sum("card_cents")
        )["sum"]
        or 0
    )
    paid, credit_first = _card_of(sale, part)
    card_rest = paid - given_back
    credit_rest = rest_cents - card_rest
    if credit_first:
        return max(cents - credit_rest, 0)
    return share_out(cents, [credit_rest, card_rest])[1]


def _card_of(sale: Sale, part: _PartOf) -> tuple[int, bool]:
    """What a card paid of a part, and whether credit goes first on its way back."""
    if part.provider_id is None:
        return sale.delivery.card_cents, False
    return sale.card_cents_of(part.provider_id), sale.has_credit_only(part.provider_id)


def _owe_card(settlement: Settlement, cents: int, key: str, posted: Posted) -> None:
    if cents:
        refund_owe(token=settlement.token, cents=cents, key=key, transfer_id=posted.transfer_id)


def _post_back(
    settlement: Settlement, cents: int, card_cents: int, legs: list[Leg], key: str
) -> Posted:
    today = timezone.localdate()
    refill = Refill(
        transfer_id=settlement.spent_transfer_id,
        cents=cents - card_cents,
        expired_lots_until=today + timedelta(days=settlement.refund_grace_days),
    )
    if card_cents:
        legs = [*legs, Leg(account(AccountKind.CARD_REFUNDS, 0), card_cents)]
    return post(
        kind=REFUND,
        key=key,
        legs=legs,
        refill=refill if refill.cents else None,
        reference=settlement.token,
        on=today,
    )
