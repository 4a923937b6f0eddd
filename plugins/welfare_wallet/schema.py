"""GraphQL of the wallet: what I have, holds for Saleor's steps, and the one-request purchase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api import access
from marketplace.api.entities import Entity, from_global, from_global_text
from marketplace.api.fields import field, nested_connection
from marketplace.api.loaders import load
from marketplace.api.money import money
from marketplace.api.mutations import WelfareMutation
from marketplace.ledger.schema import LedgerEntry
from marketplace.ledger.selectors import wallet_balances, wallet_statement
from marketplace.money import cents
from marketplace.people.actor import Actor
from marketplace.refusals import Refusal
from marketplace.sales.schema import Purchase
from marketplace.shop.facts import CartLine, PostalAddress
from marketplace.shop.graphql import Decimal, Money
from plugins.welfare_wallet import budgets, holds, previews, purchases
from plugins.welfare_wallet.models import Wallet
from plugins.welfare_wallet.movement_types import MovementQueries
from plugins.welfare_wallet.types import BudgetMeter, PurchasePreviewType
from plugins.welfare_wallet.way_types import WayQueries


class CreditLot(graphene.ObjectType):
    """Credit with its own expiry; spent earliest expiry first."""

    amount = graphene.Field(Money, required=True)
    expires_on = graphene.Date(required=True, description="The last day it can be spent.")

    @staticmethod
    def resolve_amount(root: Any, _info: Any) -> Any:
        return money(root.cents)


def balances_of_wallets(wallet_ids: Sequence[int]) -> dict[int, Any]:
    return wallet_balances(wallet_ids)


def movements(wallet: Wallet, _info: Any) -> Any:
    return wallet_statement(wallet.pk)


class WalletType(Entity):
    """One person's credit under one welfare plan, or from the Solidarity Fund."""

    class Meta:
        name = "Wallet"
        noun = _("a wallet")

    kind = graphene.String(required=True, description="`plan` or `solidarity`.")
    plan_name = graphene.String(description="The welfare plan; none for a solidarity wallet.")
    company_name = graphene.String()
    balance = graphene.Field(Money, required=True, description="What can be spent today.")
    lots = graphene.List(
        graphene.NonNull(CreditLot),
        required=True,
        description="Credit by expiry, in the order in which it will be spent.",
    )
    budgets = graphene.List(
        graphene.NonNull(BudgetMeter),
        required=True,
        description="This year's budgets of the plan per benefit category, where it sets any.",
    )
    movements = nested_connection(
        LedgerEntry,
        resolver=movements,
        description="What came in and went out, newest first, with the balance after each.",
    )

    @staticmethod
    def resolve_plan_name(root: Any, _info: Any) -> str | None:
        return root.plan.name if root.plan else None

    @staticmethod
    def resolve_company_name(root: Any, _info: Any) -> str | None:
        return root.company.organisation.name if root.company else None

    @staticmethod
    def resolve_balance(root: Any, info: Any) -> Any:
        return load(info, balances_of_wallets, root.pk).then(lambda held: money(held.total_cents))

    @staticmethod
    def resolve_lots(root: Any, info: Any) -> Any:
        return load(info, balances_of_wallets, root.pk).then(lambda held: held.lots)

    @staticmethod
    def resolve_budgets(root: Any, info: Any) -> Any:
        return load(info, budgets.meters_of_wallets, root.pk)


def my_wallets(_info: Any, actor: Actor) -> Any:
    return Wallet.objects.filter(user_id=actor.user_id).select_related(
        "plan", "company__organisation"
    )


class Hold(graphene.ObjectType):
    """Credit set aside for a checkout: the token is what `checkoutPaymentCreate` takes."""

    token = graphene.String(required=True)
    amount = graphene.Field(Money, required=True)
    expires_at = graphene.DateTime(required=True)

    @staticmethod
    def resolve_amount(root: Any, _info: Any) -> Any:
        return money(root.cents)


class WalletHoldCreate(WelfareMutation):
    """Step by step: after `checkoutCreate`, before `checkoutPaymentCreate`."""

    hold = graphene.Field(Hold)

    class Arguments:
        checkout_id = graphene.ID(required=True, description="Saleor's checkout, your own.")
        wallet_id = graphene.ID(description="Which wallet pays; needed where you have several.")

    class Meta:
        description = (
            "Sets welfare credit aside for a checkout, after every rule has let it pass. Its token "
            "pays that checkout once, through the gateway `welfarepiu.wallet`."
        )
        roles = access.SIGNED_IN

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        hold = holds.hold_create(
            user_id=actor.require_user(),
            checkout_token=_checkout_token(data["checkout_id"]),
            wallet_id=_wallet_id(data.get("wallet_id")),
        )
        return cls(hold=hold)


class WalletHoldRelease(WelfareMutation):
    """The undo of `walletHoldCreate`."""

    released = graphene.Boolean()

    class Arguments:
        token = graphene.String(required=True)

    class Meta:
        description = "Gives back what a hold has set aside; again does no harm."
        roles = access.SIGNED_IN

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        hold = holds.hold_of_token(data["token"], user_id=actor.require_user())
        holds.hold_release(hold)
        return cls(released=True)


class PurchaseLineInput(graphene.InputObjectType):
    variant_id = graphene.ID(required=True, description="Saleor's product variant.")
    quantity = graphene.Int(required=True)


class PurchaseAddressInput(graphene.InputObjectType):
    first_name = graphene.String(required=True)
    last_name = graphene.String(required=True)
    street = graphene.String(required=True)
    city = graphene.String(required=True, description="The comune.")
    postal_code = graphene.String(required=True)
    phone = graphene.String()


class PurchaseInput(graphene.InputObjectType):
    idempotency_key = graphene.String(
        required=True,
        description="New for each purchase; the same key again returns the first purchase.",
    )
    lines = graphene.List(graphene.NonNull(PurchaseLineInput), required=True)
    delivery_method = graphene.String(
        required=True, description="`sfa_delivery`, `pick_up` or `on_site`."
    )
    address = PurchaseAddressInput(required=True)
    wallet_id = graphene.ID(description="Which wallet pays; needed where you have several.")
    note = graphene.String()
    expected_total = Decimal(
        description="What the buyer was told that the wallet pays (`due` of the preview), in euro: "
        "any other sum is refused with PRICE_CHANGED."
    )


class PurchasePreviewInput(graphene.InputObjectType):
    lines = graphene.List(graphene.NonNull(PurchaseLineInput), required=True)
    delivery_method = graphene.String(
        description="`sfa_delivery`, `pick_up` or `on_site`; the cheapest where it is not given."
    )
    city = graphene.String(description="The comune it would go to, where it is known.")
    wallet_id = graphene.ID(description="Which wallet would pay; needed where you have several.")


class PurchaseCreate(WelfareMutation):
    """The way in for our own storefront, and for any client that wants one request."""

    purchase = graphene.Field(Purchase)
    replayed = graphene.Boolean(description="True where an earlier request had bought it.")

    class Arguments:
        input = PurchaseInput(required=True)

    class Meta:
        description = (
            "Buys a cart with welfare credit in one request: rules, order, payment, levy, one part "
            "per provider and the SFA's tasks, all or nothing."
        )
        roles = access.SIGNED_IN

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        actor.require_user()
        bought = purchases.purchase_create(
            user=info.context.user,
            request=request_of(data["input"]),
            customer_ip=info.context.META.get("REMOTE_ADDR") or None,
        )
        return cls(purchase=bought.settlement, replayed=bought.replayed)


def request_of(given: Any) -> purchases.PurchaseRequest:
    """What a `PurchaseInput` asks for; Refusal INVALID_ID, INVALID_ADDRESS."""
    address, expected = given["address"], given.get("expected_total")
    return purchases.PurchaseRequest(
        idempotency_key=given["idempotency_key"],
        lines=_lines(given["lines"]),
        delivery_method=given["delivery_method"],
        address=_address(address),
        wallet_id=_wallet_id(given.get("wallet_id")),
        note=(given.get("note") or "")[:1000],
        expected_cents=None if expected is None else cents(expected, field="expectedTotal"),
    )


def _lines(given: Sequence[Any]) -> tuple[CartLine, ...]:
    return tuple(
        CartLine(from_global(line["variant_id"], "ProductVariant"), line["quantity"])
        for line in given
    )


def _address(given: Any) -> PostalAddress:
    address = PostalAddress(
        first_name=given["first_name"].strip(),
        last_name=given["last_name"].strip(),
        street=given["street"].strip(),
        city=given["city"].strip(),
        postal_code=given["postal_code"].strip(),
        phone=(given.get("phone") or "").strip(),
    )
    values = (address.first_name, address.last_name, address.street, address.city)
    too_long = any(len(value) > 256 for value in values)
    if not all(values) or too_long or len(address.postal_code) > 20 or len(address.phone) > 30:
        raise Refusal(
            "INVALID_ADDRESS", _("The address is incomplete or too long."), field="address"
        )
    return address


def _wallet_id(gid: str | None) -> int | None:
    return from_global(gid, "Wallet", field="walletId") if gid else None


def _checkout_token(gid: str) -> str:
    return from_global_text(gid, "Checkout", field="checkoutId")


# The key of no variant: a preview says of each line what is wrong with it, of a wrong id as well.
NO_VARIANT = 0


def _variant_or_none(gid: str) -> int:
    try:
        return from_global(gid, "ProductVariant")
    except Refusal:
        return NO_VARIANT


def purchase_preview(_info: Any, actor: Actor, input: Any) -> previews.Preview:
    request = previews.PreviewRequest(
        lines=tuple(
            CartLine(_variant_or_none(line["variant_id"]), line["quantity"])
            for line in input["lines"]
        ),
        delivery_method=input.get("delivery_method") or "",
        city=(input.get("city") or "").strip(),
        wallet_id=_wallet_id(input.get("wallet_id")),
    )
    return previews.purchase_preview(user_id=actor.require_user(), request=request)


class Queries(MovementQueries, WayQueries):
    my_wallets = field(
        graphene.List(graphene.NonNull(WalletType)),
        roles=access.SIGNED_IN,
        resolver=my_wallets,
        description="My wallets, with what each can spend and when it expires.",
    )
    purchase_preview = field(
        PurchasePreviewType,
        roles=access.SIGNED_IN,
        resolver=purchase_preview,
        input=PurchasePreviewInput(required=True),
        description=(
            "What a purchase of this cart would be now: prices, what refuses it and why, which "
            "credit would pay, what would go to the Fund, budgets. Nothing is written."
        ),
    )


class Mutations(graphene.ObjectType):
    wallet_hold_create = WalletHoldCreate.Field()
    wallet_hold_release = WalletHoldRelease.Field()
    purchase_create = PurchaseCreate.Field()
