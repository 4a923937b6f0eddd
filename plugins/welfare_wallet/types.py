"""GraphQL types of budgets and previews."""

from __future__ import annotations

from typing import Any

import graphene

from marketplace.api.entities import to_global
from marketplace.api.money import money
from marketplace.api.mutations import WelfareError
from marketplace.providers.types import ListingType
from marketplace.sales.services import employee_part
from marketplace.sales.tracking import CreditShare
from marketplace.shop.graphql import Money
from plugins.welfare_wallet.budgets import Meter
from plugins.welfare_wallet.previews import Preview, PreviewLine


class BudgetMeter(graphene.ObjectType):
    """What may be spent of something until a day, and what was: a category's yearly budget."""

    kind = graphene.String(required=True, description="`category`: a benefit category's budget.")
    code = graphene.String(required=True, description="The benefit category's code.")
    name = graphene.String(required=True, description="In the language of the request.")
    limit = graphene.Field(Money, required=True)
    spent = graphene.Field(Money, required=True, description="Net of refunds, before the cart.")
    left = graphene.Field(Money, required=True, description="Before the cart; never below zero.")
    in_cart = graphene.Field(Money, required=True, description="What the cart asked about adds.")
    until = graphene.Date(required=True, description="The last day that it counts.")

    @staticmethod
    def resolve_limit(root: Meter, _info: Any) -> Any:
        return money(root.limit_cents)

    @staticmethod
    def resolve_spent(root: Meter, _info: Any) -> Any:
        return money(root.spent_cents)

    @staticmethod
    def resolve_left(root: Meter, _info: Any) -> Any:
        return money(root.left_cents)

    @staticmethod
    def resolve_in_cart(root: Meter, _info: Any) -> Any:
        return money(root.in_cart_cents)


class PreviewLineType(graphene.ObjectType):
    """A line of the cart that was asked about."""

    class Meta:
        name = "PreviewLine"

    number = graphene.Int(required=True, description="In the cart, counted from 1.")
    variant_id = graphene.ID(required=True)
    quantity = graphene.Int(required=True)
    product_name = graphene.String(description="None where the shop has no such article.")
    unit_price = graphene.Field(Money, description="None where it has no price.")
    total = graphene.Field(Money)
    listing = graphene.Field(ListingType, description="None where it is not on sale.")
    refusals = graphene.List(
        graphene.NonNull(WelfareError), required=True, description="What stands against this line."
    )

    @staticmethod
    def resolve_variant_id(root: PreviewLine, _info: Any) -> str:
        return to_global("ProductVariant", root.variant_id)

    @staticmethod
    def resolve_product_name(root: PreviewLine, _info: Any) -> str | None:
        return root.priced.product_name if root.priced else None

    @staticmethod
    def resolve_unit_price(root: PreviewLine, _info: Any) -> Any:
        return money(root.priced.unit_cents) if root.priced else None

    @staticmethod
    def resolve_total(root: PreviewLine, _info: Any) -> Any:
        return money(root.priced.total_cents) if root.priced and root.has_its_price else None

    @staticmethod
    def resolve_refusals(root: PreviewLine, _info: Any) -> list[WelfareError]:
        return [error for refusal in root.refusals for error in WelfareError.of(refusal)]


class PreviewPart(graphene.ObjectType):
    """What one provider would fulfil."""

    provider_id = graphene.ID(required=True)
    total = graphene.Field(Money, required=True, description="Delivery not included.")
    levy = graphene.Field(
        Money, required=True, description="What this part would give to the Solidarity Fund."
    )


class DeliveryOption(graphene.ObjectType):
    """A way in which goods reach their buyer."""

    method = graphene.String(required=True, description="`sfa_delivery` or `pick_up`.")
    price = graphene.Field(Money, required=True)


class PurchasePreviewType(graphene.ObjectType):
    """What a purchase would be now; amounts are of the lines that can be bought."""

    class Meta:
        name = "PurchasePreview"

    lines = graphene.List(graphene.NonNull(PreviewLineType), required=True)
    parts = graphene.List(graphene.NonNull(PreviewPart), required=True)
    refusals = graphene.List(
        graphene.NonNull(WelfareError),
        required=True,
        description="All that stands against the purchase, of lines and of the whole.",
    )
    needs_delivery = graphene.Boolean(
        required=True, description="There are goods, which are delivered or picked up."
    )
    delivery_options = graphene.List(graphene.NonNull(DeliveryOption), required=True)
    delivery = graphene.Field(Money, required=True, description="What delivery costs.")
    total = graphene.Field(Money, required=True, description="Lines and delivery.")
    levy = graphene.Field(
        Money, required=True, description="What would go to the Solidarity Fund in all."
    )
    gift = graphene.Field(
        Money, required=True, description="The part of it that the buyer has pledged, on top."
    )
    due = graphene.Field(
        Money, required=True, description="What the wallet would pay: `expectedTotal`."
    )
    wallet_id = graphene.ID(description="The wallet that would pay, where it is known.")
    credit = graphene.Field(Money, required=True, description="What that wallet can spend now.")
    credit_missing = graphene.Field(Money, required=True)
    paid_from = graphene.List(
        graphene.NonNull(CreditShare),
        required=True,
        description="The credit that would pay, in the order of spending.",
    )
    meters = graphene.List(graphene.NonNull(BudgetMeter), required=True)

    @staticmethod
    def resolve_parts(root: Preview, _info: Any) -> list[PreviewPart]:
        if root.sale is None:
            return []
        shares = {share.provider_id: share for share in root.levy.shares} if root.levy else {}
        return [
            PreviewPart(
                provider_id=to_global("Provider", provider_id),
                total=money(root.sale.gross_of(provider_id)),
                levy=money(shares[provider_id].total_cents if provider_id in shares else 0),
            )
            for provider_id in root.sale.provider_ids
        ]

    @staticmethod
    def resolve_refusals(root: Preview, _info: Any) -> list[WelfareError]:
        return [error for refusal in root.refusals for error in WelfareError.of(refusal)]

    @staticmethod
    def resolve_needs_delivery(root: Preview, _info: Any) -> bool:
        return any(line.listing and not line.listing.is_service for line in root.lines)

    @staticmethod
    def resolve_delivery_options(root: Preview, _info: Any) -> list[DeliveryOption]:
        return [
            DeliveryOption(method=method, price=money(cents))
            for method, cents in sorted(root.delivery_prices.items(), key=lambda one: -one[1])
        ]

    @staticmethod
    def resolve_delivery(root: Preview, _info: Any) -> Any:
        return money(root.sale.delivery.cents if root.sale else 0)

    @staticmethod
    def resolve_total(root: Preview, _info: Any) -> Any:
        return money(root.sale.total_cents if root.sale else 0)

    @staticmethod
    def resolve_levy(root: Preview, _info: Any) -> Any:
        return money(sum(share.total_cents for share in root.levy.shares) if root.levy else 0)

    @staticmethod
    def resolve_gift(root: Preview, _info: Any) -> Any:
        return money(employee_part(root.levy) if root.levy else 0)

    @staticmethod
    def resolve_due(root: Preview, _info: Any) -> Any:
        return money(root.due_cents)

    @staticmethod
    def resolve_wallet_id(root: Preview, _info: Any) -> str | None:
        return None if root.wallet_id is None else to_global("Wallet", root.wallet_id)

    @staticmethod
    def resolve_credit(root: Preview, _info: Any) -> Any:
        return money(root.credit_cents)

    @staticmethod
    def resolve_credit_missing(root: Preview, _info: Any) -> Any:
        known = root.wallet_id is not None
        return money(max(root.due_cents - root.credit_cents, 0) if known else 0)

    @staticmethod
    def resolve_paid_from(root: Preview, _info: Any) -> Any:
        return root.lots
