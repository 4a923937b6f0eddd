"""From GraphQL's arguments to this room's selectors."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import from_global, not_found
from marketplace.money import cents
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.providers.selectors import ShownListing, listing_seen_by, shown
from marketplace.refusals import Refusal
from marketplace.territory.distances import distance_km
from marketplace.territory.models import Comune
from marketplace.territory.schema import FARTHEST_KM
from marketplace.territory.selectors import comuni
from marketplace.window import selectors
from marketplace.window.facets import Facets, facets
from marketplace.window.selectors import ListingSort, Wanted

LONGEST_SEARCH = 100
LONGEST_SLUG = 255


def load_listings(info: Any, rows: list[Any]) -> list[ShownListing]:
    return shown(rows)


def listings(
    info: Any,
    actor: Actor,
    filter: dict[str, Any] | None = None,
    sort: str | None = None,
) -> Any:
    asked = wanted(filter or {})
    by = ListingSort(sort) if sort else ListingSort.NEW
    return selectors.ordered(selectors.offered(asked), asked, by)


def listing_facets(info: Any, actor: Actor, filter: dict[str, Any] | None = None) -> Facets:
    return facets(wanted(filter or {}))


def listing(
    info: Any, actor: Actor, id: str | None = None, slug: str | None = None
) -> ShownListing:
    if (id is None) == (slug is None):
        raise Refusal(
            "ID_OR_SLUG", _("Say which article: by its id, or by its slug."), field="slug"
        )
    mine = actor.organisations(Role.PROVIDER_MANAGER)
    found = None
    if id is not None:
        found = listing_seen_by(mine, pk=from_global(id, "Listing"))
    elif slug is not None and len(slug) <= LONGEST_SLUG:
        found = listing_seen_by(mine, product__slug=slug)
    if found is None:
        raise not_found("Listing", field="id" if slug is None else "slug")
    return shown([found])[0]


def window_stamp(info: Any, actor: Actor) -> str:
    return selectors.stamp()


def wanted(given: dict[str, Any]) -> Wanted:
    """The filter, checked.

    Raises:
        Refusal: SEARCH_TOO_LONG, INVALID_ID, INVALID_DISTANCE, INVALID_AMOUNT, NOT_FOUND.
    """
    search = given.get("search") or ""
    if len(search) > LONGEST_SEARCH:
        raise Refusal(
            "SEARCH_TOO_LONG",
            _("Search for at most %(most)s characters.") % {"most": LONGEST_SEARCH},
            field="search",
        )
    km_by_comune, km = _near(given.get("near"))
    price = given.get("price") or {}
    return Wanted(
        category=given.get("category"),
        provider_id=_key(given, "provider", "Provider"),
        comune_id=_key(given, "comune", "Comune"),
        origin_id=_key(given, "origin", "Comune"),
        search=search,
        made_by_sfa=given.get("made_by_sfa"),
        is_service=given.get("is_service"),
        price_from_cents=_cents(price.get("gte")),
        price_to_cents=_cents(price.get("lte")),
        km_by_comune=km_by_comune,
        km=km,
    )


def _key(given: dict[str, Any], name: str, type_name: str) -> int | None:
    gid = given.get(name)
    return from_global(gid, type_name, field=name) if gid is not None else None


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else cents(amount, field="price")


def _near(given: dict[str, Any] | None) -> tuple[dict[int, float], float | None]:
    """How far every comune is from the one that is named, and how far one may be."""
    if given is None:
        return {}, None
    km = given.get("km")
    if km is not None and not (math.isfinite(km) and 0 < km <= FARTHEST_KM):
        raise Refusal(
            "INVALID_DISTANCE",
            _("Ask for a distance above 0 and up to %(most)s kilometres.") % {"most": FARTHEST_KM},
            field="km",
        )
    places = {place.pk: place for place in comuni()}
    centre: Comune | None = places.get(from_global(given["comune"], "Comune", field="comune"))
    if centre is None:
        raise not_found("Comune", field="comune")
    return {key: distance_km(centre, place) for key, place in places.items()}, km
