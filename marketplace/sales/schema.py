"""What a buyer sees of a purchase; and Saleor's ``checkoutComplete``, done once, with our codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api import access
from marketplace.api.entities import Entity, from_global, to_global
from marketplace.api.fields import connection, field
from marketplace.api.loaders import load
from marketplace.api.money import money
from marketplace.api.mutations import WelfareError, WelfareMutation
from marketplace.people.actor import Actor
from marketplace.people.models import Organisation
from marketplace.providers.models import (
    Listing,
    ProviderOrder,
    ProviderOrderLine,
    ProviderOrderStatus,
)
from marketplace.refusals import Refusal
from marketplace.sales.cancellation import purchase_part_cancel
from marketplace.sales.models import Settlement
from marketplace.sales.tracking import (
    CreditShare,
    PreparationStep,
    PurchaseRefund,
    lots_of_transfers,
    refunds_of_orders,
    refunds_of_parts,
    steps_of_parts,
)
from marketplace.shop.checkouts import CheckoutCompleteOnce
from marketplace.shop.graphql import Money, Order, order_node


def parts_of_orders(order_ids: Sequence[str]) -> dict[str, list[ProviderOrder]]:
    """Provider orders by order, in the order of their providers."""
    found: dict[str, list[ProviderOrder]] = {order_id: [] for order_id in order_ids}
    for part in ProviderOrder.objects.filter(order_id__in=order_ids).order_by("provider_id"):
        found[part.order_id].append(part)
    return found


def lines_of_parts(part_ids: Sequence[int]) -> dict[int, list[ProviderOrderLine]]:
    """Lines by provider order, in the cart's order."""
    found: dict[int, list[ProviderOrderLine]] = {part_id: [] for part_id in part_ids}
    for line in ProviderOrderLine.objects.filter(provider_order_id__in=part_ids):
        found[line.provider_order_id].append(line)
    return found


def provider_names(provider_ids: Sequence[int]) -> dict[int, str]:
    """Names by provider."""
    rows = Organisation.objects.filter(pk__in=provider_ids).values_list("pk", "name")
    return dict(rows)


def kinds_of_listings(listing_ids: Sequence[int]) -> dict[int, Listing]:
    """What a line's listing says of who prepares it."""
    rows = Listing.objects.filter(pk__in=listing_ids)
    return rows.only("is_service", "needs_packing", "needs_delivery").in_bulk()


class PurchaseLine(Entity):
    """One article of a purchase."""

    is_service = graphene.Boolean(required=True)
    packed_by_sfa = graphene.Boolean(required=True, description="Trainees of the SFA pack it.")
    product_name = graphene.String(required=True)
    quantity = graphene.Int(required=True)
    unit_price = graphene.Field(Money, required=True)
    total = graphene.Field(Money, required=True)

    @staticmethod
    def resolve_is_service(root: Any, info: Any) -> Any:
        return load(info, kinds_of_listings, root.listing_id).then(lambda one: one.is_service)

    @staticmethod
    def resolve_packed_by_sfa(root: Any, info: Any) -> Any:
        return load(info, kinds_of_listings, root.listing_id).then(lambda one: one.needs_packing)

    @staticmethod
    def resolve_unit_price(root: Any, _info: Any) -> Any:
        return money(root.unit_cents)

    @staticmethod
    def resolve_total(root: Any, _info: Any) -> Any:
        return money(root.total_cents)


class PurchasePart(Entity):
    """The part of a purchase that one provider fulfils."""

    class Meta:
        noun = _("a part of an order")

    provider_name = graphene.String()
    status = graphene.String(
        required=True,
        description="`placed`, `accepted`, `ready`, `completed`, `refused` or `cancelled`.",
    )
    status_at = graphene.DateTime(required=True, description="Since when it has this status.")
    delivery_method = graphene.String(required=True)
    is_cancellable = graphene.Boolean(
        required=True, description="The buyer may cancel it: nobody has accepted it yet."
    )
    total = graphene.Field(Money, required=True)
    refunded = graphene.Field(Money, required=True)
    levy = graphene.Field(
        Money, required=True, description="What this part gave to the Solidarity Fund."
    )
    lines = graphene.List(graphene.NonNull(PurchaseLine), required=True)
    refunds = graphene.List(graphene.NonNull(PurchaseRefund), required=True)
    preparation = graphene.List(
        graphene.NonNull(PreparationStep), required=True, description="What the SFA does for it."
    )

    @staticmethod
    def resolve_is_cancellable(root: Any, _info: Any) -> bool:
        return bool(root.status == ProviderOrderStatus.PLACED)

    @staticmethod
    def resolve_refunds(root: Any, info: Any) -> Any:
        return load(info, refunds_of_parts, root.pk)

    @staticmethod
    def resolve_preparation(root: Any, info: Any) -> Any:
        return load(info, steps_of_parts, (root.order_id, root.pk))

    @staticmethod
    def resolve_provider_name(root: Any, info: Any) -> Any:
        return load(info, provider_names, root.provider_id)

    @staticmethod
    def resolve_total(root: Any, _info: Any) -> Any:
        return money(root.gross_cents)

    @staticmethod
    def resolve_refunded(root: Any, _info: Any) -> Any:
        return money(root.refunded_cents)

    @staticmethod
    def resolve_levy(root: Any, _info: Any) -> Any:
        return money(levy_left(root))

    @staticmethod
    def resolve_lines(root: Any, info: Any) -> Any:
        return load(info, lines_of_parts, root.pk)


def levy_left(part: Any) -> int:
    """Cents that the Fund has of a part, after what went back."""
    given_back = (
        part.levy_provider_refunded_cents
        + part.levy_company_refunded_cents
        + part.levy_employee_refunded_cents
    )
    return part.levy_cents - given_back


class Purchase(Entity):
    """A paid order: who fulfils what, what it cost, what went to the Solidarity Fund."""

    order_number = graphene.String(required=True)
    placed_at = graphene.DateTime(required=True)
    paid = graphene.Field(Money, required=True, description="What it cost, by credit and card.")
    paid_by_card = graphene.Field(Money, required=True, description="What a card paid of it.")
    delivery = graphene.Field(Money, required=True)
    refunded = graphene.Field(Money, required=True)
    levy = graphene.Field(
        Money, required=True, description="What the order gave to the Solidarity Fund."
    )
    gift = graphene.Field(
        Money, required=True, description="What the buyer had pledged of it and paid on top."
    )
    delivery_method = graphene.String(
        required=True, description="`sfa_delivery`, `pick_up` or `on_site`."
    )
    wallet_id = graphene.ID(required=True, description="The wallet that paid.")
    paid_from = graphene.List(
        graphene.NonNull(CreditShare),
        required=True,
        description="The credit that paid, in the order of spending.",
    )
    parts = graphene.List(graphene.NonNull(PurchasePart), required=True)
    delivery_refunds = graphene.List(
        graphene.NonNull(PurchaseRefund), required=True, description="Of what delivery cost."
    )
    order = graphene.Field(Order, description="The shop's own order.")

    @staticmethod
    def resolve_paid(root: Any, _info: Any) -> Any:
        return money(root.gross_cents)

    @staticmethod
    def resolve_paid_by_card(root: Any, _info: Any) -> Any:
        return money(root.card_cents)

    @staticmethod
    def resolve_delivery(root: Any, _info: Any) -> Any:
        return money(root.delivery_cents)

    @staticmethod
    def resolve_refunded(root: Any, info: Any) -> Any:
        def total(parts: list[Any]) -> Any:
            return money(root.delivery_refunded_cents + sum(part.refunded_cents for part in parts))

        return load(info, parts_of_orders, root.order_id).then(total)

    @staticmethod
    def resolve_levy(root: Any, info: Any) -> Any:
        return load(info, parts_of_orders, root.order_id).then(
            lambda parts: money(sum(levy_left(part) for part in parts))
        )

    @staticmethod
    def resolve_gift(root: Any, _info: Any) -> Any:
        return money(sum(share["employee_cents"] for share in root.terms["levy"]["shares"]))

    @staticmethod
    def resolve_delivery_method(root: Any, _info: Any) -> str:
        return root.terms["sale"]["delivery"]["method"]

    @staticmethod
    def resolve_wallet_id(root: Any, _info: Any) -> str:
        return to_global("Wallet", root.wallet_id)

    @staticmethod
    def resolve_paid_from(root: Any, info: Any) -> Any:
        return load(info, lots_of_transfers, root.spent_transfer_id).then(
            lambda shares: [share._replace(cents=-share.cents) for share in shares]
        )

    @staticmethod
    def resolve_parts(root: Any, info: Any) -> Any:
        return load(info, parts_of_orders, root.order_id)

    @staticmethod
    def resolve_delivery_refunds(root: Any, info: Any) -> Any:
        return load(info, refunds_of_orders, root.order_id).then(
            lambda refunds: [one for one in refunds if one.provider_order_id is None]
        )

    @staticmethod
    def resolve_order(root: Any, _info: Any) -> Any:
        return order_node(root.order_id)


class CheckoutComplete(CheckoutCompleteOnce):
    """Saleor's mutation, done once, with our refusals beside Saleor's errors."""

    welfare_errors = graphene.List(
        graphene.NonNull(WelfareError),
        required=True,
        default_value=(),
        description="Why it was refused, with the marketplace's codes.",
    )

    class Meta:
        description = (
            "Completes the checkout: pays it with its hold and creates the order, both or neither. "
            "A checkout that is an order already answers with that order."
        )
        error_type_class = CheckoutCompleteOnce.error_type
        error_type_field = "checkout_errors"

    @classmethod
    def refused(cls, refusal: Refusal) -> Any:
        payload = super().refused(refusal)
        payload.welfare_errors = WelfareError.of(refusal)
        return payload


class PurchasePartCancel(WelfareMutation):
    """The buyer's own way back."""

    part = graphene.Field(PurchasePart)

    class Arguments:
        id = graphene.ID(required=True)

    class Meta:
        description = (
            "Cancels a provider's part of an order of mine, as long as the provider has not "
            "accepted it; what was paid for it goes back at once. Again does no harm."
        )
        roles = access.SIGNED_IN

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        part = purchase_part_cancel(
            user_id=actor.require_user(),
            provider_order_id=from_global(data["id"], "PurchasePart"),
        )
        return cls(part=part)


def my_purchases(_info: Any, actor: Actor) -> Any:
    return Settlement.objects.filter(user_id=actor.user_id, order_id__isnull=False)


def my_purchase(_info: Any, actor: Actor, order_number: str) -> Any:
    found = my_purchases(_info, actor).filter(order_number=order_number).first()
    if found is None:
        raise Refusal("NOT_FOUND", _("You have no order with this number."), field="orderNumber")
    return found


class Queries(graphene.ObjectType):
    my_purchases = connection(
        Purchase,
        roles=access.SIGNED_IN,
        resolver=my_purchases,
        description="My orders paid with welfare credit, newest first.",
    )
    my_purchase = field(
        Purchase,
        roles=access.SIGNED_IN,
        resolver=my_purchase,
        order_number=graphene.String(required=True),
        description="One of my orders paid with welfare credit.",
    )


class Mutations(graphene.ObjectType):
    checkout_complete = CheckoutComplete.Field()
    purchase_part_cancel = PurchasePartCancel.Field()
