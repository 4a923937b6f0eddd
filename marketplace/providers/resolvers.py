"""From GraphQL's arguments to this room's selectors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import from_global, not_found
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.providers import selectors
from marketplace.providers.models import ListingStatus, ProviderOrderStatus
from marketplace.refusals import Refusal
from marketplace.territory.models import Comune
from marketplace.territory.schema import FARTHEST_KM

LONGEST_SEARCH = 100


def load_listings(info: Any, rows: list[Any]) -> list[selectors.ShownListing]:
    return selectors.shown(rows)


def load_providers(info: Any, rows: list[Any]) -> list[selectors.ShownProvider]:
    return selectors.shown_providers(rows)


def listings(info: Any, actor: Actor, filter: dict[str, Any] | None = None) -> Any:
    return selectors.offered(_wanted(filter or {}))


def _wanted(given: dict[str, Any]) -> selectors.ListingFilter:
    near, km = _near(given.get("near"))
    provider, search = given.get("provider"), given.get("search")
    if search and len(search) > LONGEST_SEARCH:
        raise Refusal(
            "SEARCH_TOO_LONG",
            _("Search for at most %(most)s characters.") % {"most": LONGEST_SEARCH},
            field="search",
        )
    return selectors.ListingFilter(
        category=given.get("category"),
        provider_id=from_global(provider, "Provider", field="provider") if provider else None,
        search=search,
        made_by_sfa=given.get("made_by_sfa"),
        is_service=given.get("is_service"),
        near=near,
        km=km,
    )


def _near(given: dict[str, Any] | None) -> tuple[Comune | None, float]:
    if given is None:
        return None, 0.0
    if not 0 < given["km"] <= FARTHEST_KM:
        raise Refusal(
            "INVALID_DISTANCE",
            _("Ask for a distance above 0 and up to %(most)s kilometres.") % {"most": FARTHEST_KM},
            field="km",
        )
    comune_id = from_global(given["comune"], "Comune", field="comune")
    centre = Comune.objects.filter(pk=comune_id).first()
    if centre is None:
        raise not_found("Comune", field="comune")
    return centre, given["km"]


def listing(info: Any, actor: Actor, id: str) -> selectors.ShownListing:
    mine = actor.organisations(Role.PROVIDER_MANAGER)
    found = selectors.listing_seen_by(from_global(id, "Listing"), mine)
    if found is None:
        raise not_found("Listing")
    return selectors.shown([found])[0]


def providers(info: Any, actor: Actor) -> Any:
    return selectors.providers()


def provider(info: Any, actor: Actor, id: str) -> selectors.ShownProvider:
    found = selectors.providers().filter(pk=from_global(id, "Provider")).first()
    if found is None:
        raise not_found("Provider")
    return selectors.shown_providers([found])[0]


def my_listings(info: Any, actor: Actor, status: str | None = None) -> Any:
    _check_status(status, ListingStatus)
    return selectors.of_providers(actor.organisations(Role.PROVIDER_MANAGER), status)


def my_provider_orders(info: Any, actor: Actor, status: str | None = None) -> Any:
    _check_status(status, ProviderOrderStatus)
    return selectors.orders_of(actor.organisations(Role.PROVIDER_MANAGER), status)


def _check_status(status: str | None, known: Iterable[str]) -> None:
    if status is not None and status not in tuple(known):
        raise Refusal(
            "UNKNOWN_STATUS",
            _("Choose a status among %(known)s.") % {"known": ", ".join(known)},
            field="status",
        )
