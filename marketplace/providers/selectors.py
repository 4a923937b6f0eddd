"""Reads of this room: what customers see of listings, what a provider sees of its orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from marketplace.providers.models import (
    Listing,
    ListingStatus,
    Provider,
    ProviderOrder,
    ProviderOrderLine,
)
from marketplace.registry import use
from marketplace.shop import catalogue
from marketplace.territory.models import Comune


@dataclass(frozen=True, slots=True)
class ShownProvider:
    """A provider as anybody may see it."""

    pk: int
    name: str
    story: str
    comune: Comune
    is_health_service: bool
    charter_in_force: bool


@dataclass(frozen=True, slots=True)
class ShownListing:
    """A listing with all that its product says; what the API's Listing resolves to."""

    pk: int
    product_pk: int
    variant_pk: int | None
    name: str
    slug: str
    description: str
    price_cents: int
    category_code: str
    status: str
    is_service: bool
    needs_packing: bool
    needs_delivery: bool
    made_by_sfa: bool
    provenance: str
    production_method: str
    production_comune: Comune | None
    vat_voucher_kind: str
    available_quantity: int | None
    picture_url: str
    picture_alt: str
    provider: ShownProvider
    is_offered: bool

    @property
    def is_available(self) -> bool:
        """Offered, and there is at least one."""
        return self.is_offered and self.available_quantity != 0

    @property
    def charter_in_force(self) -> bool:
        """The charter's seal: the provider's adhesion is in force today."""
        return self.provider.charter_in_force


def with_provider() -> QuerySet[Listing]:
    """Listings with what is shown of their provider, in one statement."""
    return Listing.objects.select_related(
        "provider__organisation", "provider__comune", "production_comune"
    )


def offered_of_products(product_ids: Sequence[int]) -> list[ShownListing]:
    """Listings of some of the shop's products, as far as customers see them now."""
    found = with_provider().filter(
        catalogue.visible(), status=ListingStatus.PUBLISHED, product_id__in=product_ids
    )
    return shown(list(found))


def of_providers(provider_ids: frozenset[int], status: str | None = None) -> QuerySet[Listing]:
    """All listings of some providers, drafts included, newest first."""
    found = with_provider().filter(provider_id__in=provider_ids)
    return (found.filter(status=status) if status else found).order_by("-pk")


def listing_seen_by(provider_ids: frozenset[int], **which: Any) -> Listing | None:
    """The listing, where customers see it or one of these providers owns it."""
    seen = Q(catalogue.visible(), status=ListingStatus.PUBLISHED) | Q(provider_id__in=provider_ids)
    return with_provider().filter(seen, **which).first()


def shown(listings: Sequence[Listing]) -> list[ShownListing]:
    """What is shown of listings: two statements, however many there are."""
    facts = catalogue.product_facts([listing.product_id for listing in listings])
    providers = {one.pk: one for one in shown_providers([listing.provider for listing in listings])}
    return [
        _shown(listing, facts[listing.product_id], providers[listing.provider_id])
        for listing in listings
    ]


def _shown(
    listing: Listing, product: catalogue.ProductFacts, provider: ShownProvider
) -> ShownListing:
    return ShownListing(
        pk=listing.pk,
        product_pk=product.product_id,
        variant_pk=product.variant_id,
        name=product.name,
        slug=product.slug,
        description=product.description,
        price_cents=product.price_cents,
        category_code=listing.category_code,
        status=listing.status,
        is_service=listing.is_service,
        needs_packing=listing.needs_packing,
        needs_delivery=listing.needs_delivery,
        made_by_sfa=listing.made_by_sfa,
        provenance=listing.provenance,
        production_method=listing.production_method,
        production_comune=listing.production_comune,
        vat_voucher_kind=listing.vat_voucher_kind,
        available_quantity=product.available,
        picture_url=product.picture_url,
        picture_alt=product.picture_alt,
        provider=provider,
        is_offered=product.is_published and listing.status == ListingStatus.PUBLISHED,
    )


def providers() -> QuerySet[Provider]:
    """Every provider with its organisation and comune, by name."""
    return Provider.objects.select_related("organisation", "comune").order_by(
        "organisation__name", "pk"
    )


def shown_providers(rows: Sequence[Provider]) -> list[ShownProvider]:
    """What anybody may see of providers: one statement for the charter's seal."""
    in_force = use("charter.in_force")({row.pk for row in rows}, timezone.localdate())
    return [
        ShownProvider(
            pk=row.pk,
            name=row.organisation.name,
            story=row.story,
            comune=row.comune,
            is_health_service=row.is_health_service,
            charter_in_force=row.pk in in_force,
        )
        for row in rows
    ]


def orders_of(provider_ids: frozenset[int], status: str | None = None) -> QuerySet[ProviderOrder]:
    """The providers' orders, newest first, with lines and nothing of the buyer but a first name."""
    found = ProviderOrder.objects.filter(provider_id__in=provider_ids)
    if status:
        found = found.filter(status=status)
    return (
        found.select_related("delivery_comune", "user")
        .defer(*_private_columns())
        .prefetch_related(Prefetch("lines", queryset=ProviderOrderLine.objects.order_by("number")))
        .order_by("-pk")
    )


def _private_columns() -> list[str]:
    """Every column of the buyer but key and first name: what is not read cannot leak."""
    user: Any = ProviderOrder._meta.get_field("user").related_model
    kept = {"id", "first_name"}
    return [f"user__{f.attname}" for f in user._meta.concrete_fields if f.name not in kept]
