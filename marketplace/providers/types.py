"""The GraphQL types of this room."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import Entity, to_global
from marketplace.api.money import money
from marketplace.providers.models import ProviderOrder, ProviderOrderLine
from marketplace.providers.selectors import ShownListing
from marketplace.shop.graphql import Decimal, Money
from marketplace.territory.schema import ComuneType


class ProviderType(Entity):
    """Who makes or does what is offered."""

    class Meta:
        name = "Provider"
        noun = _("a provider")

    name = graphene.String(required=True)
    story = graphene.String(required=True)
    comune = graphene.Field(ComuneType, required=True)
    is_health_service = graphene.Boolean(required=True)
    charter_in_force = graphene.Boolean(
        required=True, description="The seal: an adhesion to the ethics charter is in force today."
    )


class ListingType(Entity):
    """A product or service with its welfare facts."""

    class Meta:
        name = "Listing"
        noun = _("an article")

    product_id = graphene.ID(required=True, description="Of the shop's Product.")
    variant_id = graphene.ID(description="Of the shop's ProductVariant: what a cart takes.")
    name = graphene.String(required=True)
    slug = graphene.String(required=True)
    description = graphene.String(required=True)
    price = graphene.Field(Money, required=True, description="Gross, for one.")
    category_code = graphene.String(required=True, description="Benefit category: f, f-bis, ...")
    status = graphene.String(required=True, description="draft, published or withdrawn.")
    is_service = graphene.Boolean(required=True)
    needs_packing = graphene.Boolean(required=True)
    needs_delivery = graphene.Boolean(required=True)
    made_by_sfa = graphene.Boolean(required=True, description="Made by trainees of an SFA.")
    provenance = graphene.String(required=True, description="Where it comes from.")
    production_method = graphene.String(required=True, description="How it is made.")
    production_comune = graphene.Field(ComuneType)
    vat_voucher_kind = graphene.String(required=True, description="single_purpose, multi_purpose.")
    available_quantity = graphene.Int(description="How many there are; null: not counted.")
    is_available = graphene.Boolean(required=True)
    picture_url = graphene.String(required=True, description="Absolute, or empty.")
    picture_alt = graphene.String(required=True)
    provider = graphene.Field(ProviderType, required=True)
    charter_in_force = graphene.Boolean(required=True, description="The provider's seal.")

    @staticmethod
    def resolve_product_id(root: ShownListing, info: Any) -> str:
        return to_global("Product", root.product_pk)

    @staticmethod
    def resolve_variant_id(root: ShownListing, info: Any) -> str | None:
        return None if root.variant_pk is None else to_global("ProductVariant", root.variant_pk)

    @staticmethod
    def resolve_price(root: ShownListing, info: Any) -> Any:
        return money(root.price_cents)

    @staticmethod
    def resolve_picture_url(root: ShownListing, info: Any) -> str:
        return info.context.build_absolute_uri(root.picture_url) if root.picture_url else ""


class ProviderOrderLineType(Entity):
    """What was bought of a listing."""

    class Meta:
        name = "ProviderOrderLine"

    number = graphene.Int(required=True)
    product_name = graphene.String(required=True)
    quantity = graphene.Int(required=True)
    unit_price = graphene.Field(Money, required=True)
    total = graphene.Field(Money, required=True)

    @staticmethod
    def resolve_unit_price(root: ProviderOrderLine, info: Any) -> Any:
        return money(root.unit_cents)

    @staticmethod
    def resolve_total(root: ProviderOrderLine, info: Any) -> Any:
        return money(root.total_cents)


class ProviderOrderType(Entity):
    """The part of an order that one provider fulfils, as that provider may see it: a first name,
    what was bought and where it goes."""

    class Meta:
        name = "ProviderOrder"
        noun = _("an order")

    order_number = graphene.String(required=True)
    status = graphene.String(required=True)
    placed_at = graphene.DateTime(required=True)
    status_at = graphene.DateTime(required=True)
    buyer_first_name = graphene.String(required=True)
    delivery_method = graphene.String(required=True)
    delivery_comune = graphene.Field(ComuneType)
    gross = graphene.Field(Money, required=True)
    levy = graphene.Field(
        Money, required=True, description="The provider's own part of the solidarity levy."
    )
    refunded = graphene.Field(Money, required=True)
    lines = graphene.List(graphene.NonNull(ProviderOrderLineType), required=True)

    @staticmethod
    def resolve_buyer_first_name(root: ProviderOrder, info: Any) -> str:
        return root.user.first_name

    @staticmethod
    def resolve_gross(root: ProviderOrder, info: Any) -> Any:
        return money(root.gross_cents)

    @staticmethod
    def resolve_levy(root: ProviderOrder, info: Any) -> Any:
        return money(root.levy_provider_cents - root.levy_provider_refunded_cents)

    @staticmethod
    def resolve_refunded(root: ProviderOrder, info: Any) -> Any:
        return money(root.refunded_cents)

    @staticmethod
    def resolve_lines(root: ProviderOrder, info: Any) -> Any:
        return root.lines.all()


class ListingInput(graphene.InputObjectType):
    """What a provider may change of a listing."""

    name = graphene.String()
    description = graphene.String()
    price = Decimal(description="Gross, in euro.")
    category = graphene.String(description="Code of a benefit category.")
    needs_packing = graphene.Boolean()
    needs_delivery = graphene.Boolean()
    made_by_sfa = graphene.Boolean()
    provenance = graphene.String()
    production_method = graphene.String()
    production_comune = graphene.ID()
    vat_voucher_kind = graphene.String(description="single_purpose or multi_purpose.")


class ListingCreateInput(ListingInput):
    """What a provider says of something new that it offers."""

    provider = graphene.ID(description="Needed by who manages more than one provider.")
    name = graphene.String(required=True)
    price = Decimal(required=True, description="Gross, in euro.")
    category = graphene.String(required=True, description="Code of a benefit category.")
    is_service = graphene.Boolean()
    stock = graphene.Int(description="How many there are; left out for services not counted.")
