"""The providers for everybody, and a provider's own side of the shop."""

from __future__ import annotations

import graphene

from marketplace.api import access
from marketplace.api.fields import connection, field
from marketplace.people.models import Role
from marketplace.providers import mutations, resolvers
from marketplace.providers.types import ListingType, ProviderOrderType
from marketplace.providers.types import ProviderType as Provider

MANAGER = (Role.PROVIDER_MANAGER,)


class Queries(graphene.ObjectType):
    providers = connection(
        Provider,
        roles=access.PUBLIC,
        resolver=resolvers.providers,
        load=resolvers.load_providers,
        description="The providers of the alliance, by name.",
    )
    provider = field(
        Provider,
        roles=access.PUBLIC,
        resolver=resolvers.provider,
        description="One provider.",
        id=graphene.ID(required=True),
    )
    my_listings = connection(
        ListingType,
        roles=MANAGER,
        resolver=resolvers.my_listings,
        load=resolvers.load_listings,
        description="All listings of the providers that I manage, drafts included.",
        status=graphene.String(description="draft, published or withdrawn."),
    )
    my_provider_orders = connection(
        ProviderOrderType,
        roles=MANAGER,
        resolver=resolvers.my_provider_orders,
        description="Orders to the providers that I manage, newest first.",
        status=graphene.String(
            description="placed, accepted, ready, completed, refused or cancelled."
        ),
    )


class Mutations(graphene.ObjectType):
    listing_create = mutations.ListingCreate.Field()
    listing_update = mutations.ListingUpdate.Field()
    listing_publish = mutations.ListingPublish.Field()
    listing_withdraw = mutations.ListingWithdraw.Field()
    listing_stock_set = mutations.ListingStockSet.Field()
    provider_order_accept = mutations.ProviderOrderAccept.Field()
    provider_order_ready = mutations.ProviderOrderReady.Field()
    provider_order_complete = mutations.ProviderOrderComplete.Field()
    provider_order_refuse = mutations.ProviderOrderRefuse.Field()
