"""The mutations of provider managers; each touches one's own provider only."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import from_global
from marketplace.api.mutations import WelfareMutation
from marketplace.money import cents
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.providers import selectors, services
from marketplace.providers.models import Listing
from marketplace.providers.types import (
    ListingCreateInput,
    ListingInput,
    ListingType,
    ProviderOrderType,
)
from marketplace.refusals import Refusal

MANAGER = (Role.PROVIDER_MANAGER,)
RENAMED = {"category": "category_code", "production_comune": "production_comune_id"}
# The one fact that may be taken away; null for another means: leave it.
MAY_BE_NULL = frozenset({"production_comune"})


def _facts(given: dict[str, Any]) -> dict[str, Any]:
    """The input's fields under the services' names, amounts in cents."""
    facts = {
        RENAMED.get(name, name): value
        for name, value in given.items()
        if value is not None or name in MAY_BE_NULL
    }
    if "price" in facts:
        facts["price_cents"] = cents(facts.pop("price"), field="price")
    if facts.get("production_comune_id") is not None:
        facts["production_comune_id"] = from_global(
            facts["production_comune_id"], "Comune", field="productionComune"
        )
    return facts


def _provider_id(actor: Actor, gid: str | None) -> int:
    mine = actor.organisations(Role.PROVIDER_MANAGER)
    if gid:
        return from_global(gid, "Provider", field="provider")
    if len(mine) != 1:
        raise Refusal(
            "PROVIDER_REQUIRED",
            _("You manage more than one provider. Say for which."),
            field="provider",
        )
    return next(iter(mine))


class ListingMutation(WelfareMutation):
    """A mutation that answers with a listing."""

    class Meta:
        abstract = True

    listing = graphene.Field(ListingType)

    @classmethod
    def answer(cls, listing: Listing) -> Any:
        return cls(listing=selectors.shown([listing])[0])


class ListingCreate(ListingMutation):
    class Arguments:
        input = ListingCreateInput(required=True)

    class Meta:
        description = "Draft a listing: a product of the shop that nobody sees yet."
        roles = MANAGER

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        facts = _facts(data["input"])
        provider_id = _provider_id(actor, facts.pop("provider", None))
        listing = services.listing_create(
            actor=actor, provider_id=provider_id, facts=services.ListingFacts(**facts)
        )
        return cls.answer(listing)


class ListingUpdate(ListingMutation):
    class Arguments:
        id = graphene.ID(required=True)
        input = ListingInput(required=True)

    class Meta:
        description = "Change what is given of a listing of one's own."
        roles = MANAGER

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        listing_id = from_global(data["id"], "Listing")
        changes = _facts(data["input"])
        return cls.answer(
            services.listing_update(actor=actor, listing_id=listing_id, changes=changes)
        )


class ListingPublish(ListingMutation):
    class Arguments:
        id = graphene.ID(required=True)

    class Meta:
        description = "Offer a listing of one's own; needs a charter adhesion in force."
        roles = MANAGER

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        listing_id = from_global(data["id"], "Listing")
        return cls.answer(services.listing_publish(actor=actor, listing_id=listing_id))


class ListingWithdraw(ListingMutation):
    class Arguments:
        id = graphene.ID(required=True)

    class Meta:
        description = "Take a listing of one's own out of the shop; it can be published again."
        roles = MANAGER

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        listing_id = from_global(data["id"], "Listing")
        return cls.answer(services.listing_withdraw(actor=actor, listing_id=listing_id))


class ListingStockSet(ListingMutation):
    class Arguments:
        id = graphene.ID(required=True)
        quantity = graphene.Int(description="Left out: not counted (services only).")

    class Meta:
        description = "Say how many there are of a listing of one's own."
        roles = MANAGER

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        listing = services.listing_stock_set(
            actor=actor,
            listing_id=from_global(data["id"], "Listing"),
            quantity=data.get("quantity"),
        )
        return cls.answer(listing)


class ProviderOrderMutation(WelfareMutation):
    """A step of a provider order of one's own."""

    class Meta:
        abstract = True

    provider_order = graphene.Field(ProviderOrderType)


class ProviderOrderAccept(ProviderOrderMutation):
    class Arguments:
        id = graphene.ID(required=True)

    class Meta:
        description = "Promise to fulfil an order."
        roles = MANAGER

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        order_id = from_global(data["id"], "ProviderOrder")
        order = services.provider_order_accept(actor=actor, provider_order_id=order_id)
        return cls(provider_order=order)


class ProviderOrderReady(ProviderOrderMutation):
    class Arguments:
        id = graphene.ID(required=True)

    class Meta:
        description = "Say that an accepted order waits for collection, packing or delivery."
        roles = MANAGER

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        order_id = from_global(data["id"], "ProviderOrder")
        order = services.provider_order_ready(actor=actor, provider_order_id=order_id)
        return cls(provider_order=order)


class ProviderOrderComplete(ProviderOrderMutation):
    class Arguments:
        id = graphene.ID(required=True)

    class Meta:
        description = "Say that the buyer has had what was ordered."
        roles = MANAGER

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        order_id = from_global(data["id"], "ProviderOrder")
        order = services.provider_order_complete(actor=actor, provider_order_id=order_id)
        return cls(provider_order=order)


class ProviderOrderRefuse(ProviderOrderMutation):
    class Arguments:
        id = graphene.ID(required=True)
        why = graphene.String(required=True)

    class Meta:
        description = "Refuse an order; what was paid for it goes back at once."
        roles = MANAGER

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        order = services.provider_order_refuse(
            actor=actor,
            provider_order_id=from_global(data["id"], "ProviderOrder"),
            why=data["why"],
        )
        return cls(provider_order=order)
