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


def load_listings(info: Any, rows: list[Any]) -> list[selectors.ShownListing]:
    return selectors.shown(rows)


def load_providers(info: Any, rows: list[Any]) -> list[selectors.ShownProvider]:
    return selectors.shown_providers(rows)


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
