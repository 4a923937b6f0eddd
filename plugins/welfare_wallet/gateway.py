"""What the Saleor gateway ``welfarepiu.wallet`` does, free of Saleor's types.

Money leaves a wallet through Saleor in one way only: ``checkoutComplete`` by the holder, with a
hold of the holder's, for that checkout, of exactly that amount, once. Every other way in is refused
by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.money import CURRENCY
from marketplace.refusals import Refusal
from marketplace.sales import extensions, services
from marketplace.sales.carts import Payer, sale_of
from marketplace.sales.models import Settlement
from marketplace.sales.reversals import Cause, order_refund, order_reverse
from marketplace.sales.sale import GATEWAY as SHOP_GATEWAY
from marketplace.sales.sale import LevyTerms, Sale
from marketplace.shop import completion
from marketplace.shop.carts import checkout_cart
from marketplace.shop.orders import order_ref
from plugins.welfare_wallet.holds import hold_ended, hold_release
from plugins.welfare_wallet.models import WalletHold
from plugins.welfare_wallet.sessions import checkout_hold, checkout_offer, hold_open
from plugins.welfare_wallet.wallets import payer_of

__all__ = [
    "checkout_hold",
    "checkout_offer",
    "checkout_prepare",
    "hold_open",
    "hold_pay",
    "hold_void",
    "not_offered",
    "order_cancelled",
    "order_placed",
    "refund",
]

GATEWAY = SHOP_GATEWAY


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was made of the checkout before its payment: the sale, its levy, its hold."""

    sale: Sale
    levy: LevyTerms
    hold: WalletHold
    payer: Payer


def checkout_prepare(checkout: Any, *, hold_token: str, discounts: Any) -> None:
    """Before any money moves: gates once more, and the hold looked at.

    Raises:
        Refusal: PAYMENT_OUTSIDE_CHECKOUT, HOLD_UNKNOWN, HOLD_OF_ANOTHER, WRONG_AMOUNT, and what the
            gates refuse.
    """
    under_way = completion.current()
    if under_way is None or under_way.checkout_token != str(checkout.pk):
        raise _outside_checkout()
    hold = _usable_hold(hold_token, under_way)
    payer = payer_of(user_id=hold.user_id, wallet_id=hold.wallet_id)
    sale = sale_of(checkout_cart(checkout, discounts=discounts), payer)
    extensions.check(sale)
    levy = extensions.levy_of(sale)
    if services.amount_due(sale, levy) != hold.cents:
        raise _wrong_amount()
    under_way.prepared = Prepared(sale, levy, hold, payer)


def _usable_hold(hold_token: str, under_way: completion.Completion) -> WalletHold:
    hold = WalletHold.objects.select_for_update().filter(token=hold_token).first()
    if hold is None:
        raise Refusal(
            "HOLD_UNKNOWN", _("This payment token is not a hold. Ask for one for this checkout.")
        )
    if hold.user_id != under_way.user_id or hold.checkout_token != under_way.checkout_token:
        raise Refusal(
            "HOLD_OF_ANOTHER", _("This hold belongs to another checkout. Ask for one for yours.")
        )
    return hold


def hold_pay(*, hold_token: str, amount_cents: int, currency: str) -> str:
    """Pay the checkout under way with its hold; return the reference that a refund will carry.

    Raises:
        Refusal: PAYMENT_OUTSIDE_CHECKOUT, WRONG_CURRENCY, WRONG_AMOUNT, HOLD_ALREADY_POSTED,
            HOLD_ALREADY_VOIDED, HOLD_ALREADY_EXPIRED.
    """
    under_way = completion.current()
    if under_way is None or not isinstance(under_way.prepared, Prepared):
        raise _outside_checkout()
    prepared = under_way.prepared
    if prepared.hold.token != hold_token:
        raise _outside_checkout()
    if currency != CURRENCY:
        raise Refusal("WRONG_CURRENCY", _("Welfare credit pays in euro only."))
    if amount_cents != prepared.sale.total_cents:
        raise _wrong_amount()
    # Saleor takes a fault of a gateway for a refused payment and goes on: so all or nothing.
    with transaction.atomic():
        services.settle_from_hold(
            prepared.sale,
            prepared.levy,
            hold_id=prepared.hold.ledger_hold_id,
            refund_grace_days=prepared.payer.refund_grace_days,
        )
        hold_ended(prepared.hold)
    under_way.paid = True
    return prepared.sale.token


def order_placed(checkout_token: str) -> None:
    """Make what follows from an order that Saleor has just created; once."""
    settlement = Settlement.objects.standing().filter(token=checkout_token).first()
    order = order_ref(checkout_token)
    if settlement is not None and order is not None:
        services.order_place(settlement, order)


def order_cancelled(order_id: str, reference: str) -> None:
    """Give back what an order that Saleor has cancelled has cost, and record it there; once.

    An order that welfare credit did not pay is left alone.
    """
    try:
        order_refund(order_id=order_id, cause=Cause("order cancelled"), reference=reference)
    except Refusal as refusal:
        if refusal.code != "UNKNOWN_ORDER":
            raise


def hold_void(hold_token: str) -> None:
    """Give back a hold that has paid nothing; Refusal HOLD_UNKNOWN, HOLD_ALREADY_POSTED."""
    hold = WalletHold.objects.filter(token=hold_token).first()
    if hold is None:
        raise Refusal("HOLD_UNKNOWN", _("This payment token is not a hold."))
    hold_release(hold)


def refund(*, order_id: str, amount_cents: int) -> str:
    """Give back an amount of an order at the request of Saleor's staff; return the reference.

    Raises:
        Refusal: REFUND_EXCEEDS_PAYMENT, NOTHING_TO_REFUND, UNKNOWN_ORDER, PAID_PARTLY_BY_CARD.
    """
    if amount_cents <= 0:
        raise Refusal("NOTHING_TO_REFUND", _("The amount must be more than zero."))
    if Settlement.objects.filter(order_id=order_id, card_cents__gt=0).exists():
        # Saleor asks for a refund of one payment, and this one was shared with a card.
        raise Refusal(
            "PAID_PARTLY_BY_CARD",
            _(
                "A card paid a part of this order. Let the provider refuse its part, or cancel the "
                "order: card and credit then each get theirs back."
            ),
        )
    order_reverse(order_id=order_id, cents=amount_cents, cause=Cause("refund by the shop's staff"))
    return order_id


def not_offered(operation: str) -> Refusal:
    """What capture and confirm get: a hold is posted by its checkout and by nothing else."""
    return Refusal(
        "OPERATION_NOT_OFFERED",
        _("Welfare credit is paid by completing the checkout; «%(operation)s» does not apply.")
        % {"operation": operation},
    )


def _outside_checkout() -> Refusal:
    return Refusal(
        "PAYMENT_OUTSIDE_CHECKOUT",
        _("Welfare credit pays only when its holder completes the checkout."),
    )


def _wrong_amount() -> Refusal:
    return Refusal(
        "WRONG_AMOUNT",
        _("The cart no longer costs what was set aside. Ask for a new hold and pay again."),
    )
