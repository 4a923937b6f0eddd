"""The shop window, for everybody."""

from __future__ import annotations

import graphene

from marketplace.api import access
from marketplace.api.fields import connection, field
from marketplace.providers.types import ListingType
from marketplace.window import resolvers
from marketplace.window.types import ListingFacetsType, ListingFilterInput, ListingSortEnum


class Queries(graphene.ObjectType):
    listings = connection(
        ListingType,
        roles=access.PUBLIC,
        resolver=resolvers.listings,
        load=resolvers.load_listings,
        description="What is offered now.",
        filter=ListingFilterInput(),
        sort=ListingSortEnum(description="Newest first where it is not said."),
    )
    listing_facets = field(
        ListingFacetsType,
        roles=access.PUBLIC,
        resolver=resolvers.listing_facets,
        description="How many listings each value of each filter would leave.",
        filter=ListingFilterInput(),
    )
    listing = field(
        ListingType,
        roles=access.PUBLIC,
        resolver=resolvers.listing,
        description="One listing, by id or by slug: of those offered, or one's own.",
        id=graphene.ID(),
        slug=graphene.String(),
    )
    window_stamp = field(
        graphene.NonNull(graphene.String),
        roles=access.PUBLIC,
        resolver=resolvers.window_stamp,
        description="Another text after every change of what these fields show, and every day: "
        "what was read after a stamp holds while the stamp stays the same.",
    )
