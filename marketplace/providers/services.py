"""Writes of this room, by subject."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from marketplace.people.models import Organisation, OrganisationKind
from marketplace.providers.fulfilment import (
    provider_order_accept,
    provider_order_complete,
    provider_order_ready,
    provider_order_refuse,
)
from marketplace.providers.listings import (
    ListingFacts,
    listing_create,
    listing_publish,
    listing_stock_set,
    listing_update,
    listing_withdraw,
    listings_withdraw_all,
)
from marketplace.providers.models import Provider
from marketplace.providers.orders import provider_orders_create
from marketplace.refusals import Refusal

__all__ = [
    "ListingFacts",
    "listing_create",
    "listing_publish",
    "listing_stock_set",
    "listing_update",
    "listing_withdraw",
    "listings_withdraw_all",
    "provider_create",
    "provider_order_accept",
    "provider_order_complete",
    "provider_order_ready",
    "provider_order_refuse",
    "provider_orders_create",
]


def provider_create(
    *, organisation: Organisation, comune_id: int, iban: str = "", **facts: Any
) -> Provider:
    """The profile of a provider's organisation. ``facts``: story, is_health_service.

    Raises:
        Refusal: WRONG_ORGANISATION_KIND, INVALID_IBAN.
    """
    if organisation.kind != OrganisationKind.PROVIDER:
        raise Refusal("WRONG_ORGANISATION_KIND", _("This organisation is not a provider."))
    provider = Provider(
        organisation=organisation, comune_id=comune_id, iban=iban.replace(" ", "").upper(), **facts
    )
    try:
        provider.clean_fields(exclude=["organisation", "comune"])
    except ValidationError as wrong:
        raise Refusal("INVALID_IBAN", _("This is not an IBAN."), field="iban") from wrong
    provider.save(force_insert=True)
    return provider
