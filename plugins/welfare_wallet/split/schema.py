"""GraphQL of the split purchase: what a card would pay, its page, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal as Number
from typing import Any

import graphene
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from marketplace.api import access
from marketplace.api.entities import Entity, from_global, not_found
from marketplace.api.fields import connection, field
from marketplace.api.loaders import load
from marketplace.api.money import money
from marketplace.api.mutations import WelfareError, WelfareMutation
from marketplace.cards.models import (
    CardPayment,
    CardPaymentStatus,
    CardRefund,
    CardRefundStatus,
)
from marketplace.money import positive_cents
from marketplace.people.actor import Actor
from marketplace.refusals import Refusal
from marketplace.sales.models import Settlement
from marketplace.sales.schema import Purchase
from marketplace.shop.graphql import Decimal, Money
from plugins.welfare_wallet.schema import PurchaseInput, request_of
from plugins.welfare_wallet.split import beginning, ending

CardPaymentStatusEnum = graphene.Enum(
    "CardPaymentStatusEnum", [(one.name, one.value) for one in CardPaymentStatus]
)


def purchases_of_tokens(tokens: Sequence[str]) -> dict[str, Settlement]:
    found = Settlement.objects.standing().filter(token__in=tokens, order_id__isnull=False)
    return {one.token: one for one in found}


def given_back(payment_ids: Sequence[int]) -> dict[int, int]:
    """By payment, the cents that are back on its card."""
    rows = CardRefund.objects.filter(
        payment_id__in=payment_ids, status=CardRefundStatus.SUCCEEDED.value
    )
    return dict(rows.order_by().values_list("payment_id").annotate(Sum("cents")))


class CardPaymentType(Entity):
    """A purchase of which credit pays a part and a card the rest."""

    class Meta:
        name = "CardPayment"
        noun = _("a card payment")

    status = graphene.Field(CardPaymentStatusEnum, required=True)
    card = graphene.Field(Money, required=True, description="What the card pays.")
    credit = graphene.Field(Money, required=True, description="What welfare credit pays.")
    page_url = graphene.String(
        description="Where the card is typed in, on Stripe's own page; only while it is open."
    )
    expires_at = graphene.DateTime(
        required=True, description="Until when the page is open and credit and goods set aside."
    )
    declined = graphene.String(
        required=True, description="Why the last card was refused, while another may be tried."
    )
    refusal = graphene.Field(
        WelfareError, description="Why a charged purchase was not completed and goes back."
    )
    returned = graphene.Field(Money, required=True, description="What is back on the card.")
    purchase = graphene.Field(Purchase, description="The order, once it is paid.")

    @staticmethod
    def resolve_card(root: Any, _info: Any) -> Any:
        return money(root.card_cents)

    @staticmethod
    def resolve_credit(root: Any, _info: Any) -> Any:
        return money(root.credit_cents)

    @staticmethod
    def resolve_page_url(root: Any, _info: Any) -> str | None:
        return root.session_url or None if root.status == CardPaymentStatus.OPEN else None

    @staticmethod
    def resolve_refusal(root: Any, _info: Any) -> WelfareError | None:
        if not root.refused_code:
            return None
        return WelfareError(code=root.refused_code, message=root.refused_because)

    @staticmethod
    def resolve_returned(root: Any, info: Any) -> Any:
        return load(info, given_back, root.pk).then(lambda cents: money(cents or 0))

    @staticmethod
    def resolve_purchase(root: Any, info: Any) -> Any:
        if root.status != CardPaymentStatus.PAID:
            return None
        return load(info, purchases_of_tokens, root.token)


class CardOffer(graphene.ObjectType):
    """Whether a card may pay the rest of a cart, and how much; if not, why."""

    possible = graphene.Boolean(required=True)
    card = graphene.Field(Money, description="What the card would pay.")
    credit = graphene.Field(Money, description="What welfare credit would pay.")
    reasons = graphene.List(graphene.NonNull(WelfareError), required=True, default_value=())


def card_offer(info: Any, actor: Actor, input: Any) -> CardOffer:
    actor.require_user()
    try:
        split = beginning.offer_show(user=info.context.user, request=request_of(input)).split
    except Refusal as refusal:
        if refusal.code in ("NOT_FOUND", "INVALID_ID"):
            raise
        return CardOffer(possible=False, reasons=WelfareError.of(refusal))
    return CardOffer(possible=True, card=money(split.card_cents), credit=money(split.credit_cents))


def my_card_payments(_info: Any, actor: Actor, status: str | None = None) -> Any:
    mine = CardPayment.objects.filter(user_id=actor.user_id)
    return mine.filter(status=status) if status else mine


def my_card_payment(_info: Any, actor: Actor, id: str) -> CardPayment:
    return _mine(actor, id)


def _mine(actor: Actor, gid: str) -> CardPayment:
    found = my_card_payments(None, actor).filter(pk=from_global(gid, "CardPayment")).first()
    if found is None:
        raise not_found("CardPayment")
    return found


class PurchaseCardCreate(WelfareMutation):
    """Beside `purchaseCreate`, for carts that credit does not cover."""

    card_payment = graphene.Field(CardPaymentType)
    purchase = graphene.Field(Purchase, description="Where this key has bought the cart already.")
    replayed = graphene.Boolean()

    class Arguments:
        input = PurchaseInput(required=True)
        card = Decimal(description="What the buyer was told that the card pays, in euro.")

    class Meta:
        description = (
            "Sets credit and stock of a cart aside and opens a page on which a card pays the rest. "
            "The order comes when Stripe says that it is paid; not paid, all is as before."
        )
        roles = access.SIGNED_IN
        # What is set aside is committed before Stripe is called.
        atomic = False

    @classmethod
    def perform(
        cls, info: Any, actor: Actor, input: Any, card: Number | None = None
    ) -> PurchaseCardCreate:
        actor.require_user()
        begun = beginning.card_purchase_create(
            user=info.context.user,
            request=request_of(input),
            card_cents=None if card is None else positive_cents(card, field="card"),
        )
        return cls(card_payment=begun.payment, purchase=begun.settlement, replayed=begun.replayed)


class PurchaseCardRefresh(WelfareMutation):
    card_payment = graphene.Field(CardPaymentType)

    class Arguments:
        id = graphene.ID(required=True)

    class Meta:
        description = "Asks Stripe how a card payment stands, and does what follows from it."
        roles = access.SIGNED_IN
        atomic = False

    @classmethod
    def perform(cls, info: Any, actor: Actor, id: str) -> PurchaseCardRefresh:
        payment = _mine(actor, id)
        return cls(card_payment=ending.payment_refresh(payment_id=payment.pk))


class PurchaseCardGiveUp(WelfareMutation):
    card_payment = graphene.Field(CardPaymentType)

    class Arguments:
        id = graphene.ID(required=True)

    class Meta:
        description = (
            "Closes the page of a card payment and gives back what was set aside. One that was "
            "paid meanwhile becomes its order."
        )
        roles = access.SIGNED_IN
        atomic = False

    @classmethod
    def perform(cls, info: Any, actor: Actor, id: str) -> PurchaseCardGiveUp:
        payment = _mine(actor, id)
        return cls(card_payment=ending.payment_give_up(payment_id=payment.pk))


class Queries(graphene.ObjectType):
    card_offer = field(
        CardOffer,
        roles=access.SIGNED_IN,
        resolver=card_offer,
        input=PurchaseInput(required=True),
        description="What a card would pay of this cart, or why the law or the cart forbids it.",
    )
    my_card_payment = field(
        CardPaymentType,
        roles=access.SIGNED_IN,
        resolver=my_card_payment,
        id=graphene.ID(required=True),
        description="One of my card payments, as we know it; `purchaseCardRefresh` asks Stripe.",
    )
    my_card_payments = connection(
        CardPaymentType,
        roles=access.SIGNED_IN,
        resolver=my_card_payments,
        status=CardPaymentStatusEnum(),
        description="My card payments, newest first; at most one is `OPEN`.",
    )


class Mutations(graphene.ObjectType):
    purchase_card_create = PurchaseCardCreate.Field()
    purchase_card_refresh = PurchaseCardRefresh.Field()
    purchase_card_give_up = PurchaseCardGiveUp.Field()
