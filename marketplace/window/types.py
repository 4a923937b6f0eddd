"""The GraphQL types of this room."""

from __future__ import annotations

from typing import Any

import graphene

from marketplace.api.money import money
from marketplace.companies.schema.plans import BenefitCategoryType
from marketplace.providers.types import ProviderType
from marketplace.shop.graphql import Decimal, Money
from marketplace.territory.schema import ComuneType
from marketplace.window.facets import Facets
from marketplace.window.selectors import ListingSort

ListingSortEnum = graphene.Enum("ListingSort", [(one.name, one.value) for one in ListingSort])


class NearInput(graphene.InputObjectType):
    """Providers within so many kilometres of a comune; without them, only distances from it."""

    comune = graphene.ID(required=True)
    km = graphene.Float()


class ListingPriceInput(graphene.InputObjectType):
    """Gross, in euro, both ends included."""

    gte = Decimal()
    lte = Decimal()


class ListingFilterInput(graphene.InputObjectType):
    """What is left out does not narrow."""

    category = graphene.String(description="Code of a benefit category.")
    provider = graphene.ID()
    comune = graphene.ID(description="Where the provider is.")
    origin = graphene.ID(description="The comune in which it is made or grown.")
    search = graphene.String(
        description="Words of the name, of the provider's, of where it comes from; in any ending, "
        "with or without accents. A word that nothing holds is taken for a typing error."
    )
    made_by_sfa = graphene.Boolean()
    is_service = graphene.Boolean()
    near = NearInput()
    price = ListingPriceInput()


class CategoryCountType(graphene.ObjectType):
    class Meta:
        name = "CategoryCount"

    category = graphene.Field(BenefitCategoryType, required=True)
    count = graphene.Int(required=True)


class ProviderCountType(graphene.ObjectType):
    class Meta:
        name = "ProviderCount"

    provider = graphene.Field(ProviderType, required=True)
    count = graphene.Int(required=True)


class ComuneCountType(graphene.ObjectType):
    class Meta:
        name = "ComuneCount"

    comune = graphene.Field(ComuneType, required=True)
    count = graphene.Int(required=True)
    km = graphene.Float(description="From the comune of `near`, as the crow flies.")


class ListingFacetsType(graphene.ObjectType):
    """How many listings each value of each filter would leave, the others staying as they are."""

    class Meta:
        name = "ListingFacets"

    total = graphene.Int(required=True, description="With every filter.")
    categories = graphene.List(graphene.NonNull(CategoryCountType), required=True)
    providers = graphene.List(graphene.NonNull(ProviderCountType), required=True)
    comuni = graphene.List(
        graphene.NonNull(ComuneCountType), required=True, description="Where the providers are."
    )
    origins = graphene.List(
        graphene.NonNull(ComuneCountType), required=True, description="Where goods come from."
    )
    made_by_sfa = graphene.Int(required=True)
    services = graphene.Int(required=True)
    goods = graphene.Int(required=True)
    lowest_price = graphene.Field(Money)
    highest_price = graphene.Field(Money)

    @staticmethod
    def resolve_lowest_price(root: Facets, info: Any) -> Any:
        return None if root.lowest_cents is None else money(root.lowest_cents)

    @staticmethod
    def resolve_highest_price(root: Facets, info: Any) -> Any:
        return None if root.highest_cents is None else money(root.highest_cents)
