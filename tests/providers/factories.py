"""Providers, listings and sales for tests."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model

from marketplace.people.models import Membership, Organisation, OrganisationKind, Role
from marketplace.providers.models import Listing, Provider
from marketplace.sales.sale import Delivery, DeliveryMethod, LevyShare, LevyTerms, Sale, SaleLine
from marketplace.shop import catalogue
from marketplace.territory.models import Ambito, Comune
from tests.engine.installed import goods

_numbers = count(1)


def comune(name: str = "Lovere", lat: float = 45.81, lon: float = 10.07) -> Comune:
    ambito, _ = Ambito.objects.get_or_create(number=7, defaults={"name": "Alto Sebino"})
    made, _ = Comune.objects.get_or_create(
        ambito=ambito, name=name, defaults={"cap": "24065", "lat": lat, "lon": lon}
    )
    return made


def user(name: str | None = None, **facts: Any) -> Any:
    name = name or f"seller{next(_numbers)}"
    return get_user_model().objects.create_user(f"{name}@example.com", "password", **facts)


def provider(name: str | None = None, place: Comune | None = None) -> Provider:
    organisation = Organisation.objects.create(
        kind=OrganisationKind.PROVIDER, name=name or f"Provider {next(_numbers)}"
    )
    return Provider.objects.create(organisation=organisation, comune=place or comune())


def member(organisation_id: int, role: str = Role.PROVIDER_MANAGER, person: Any = None) -> Any:
    person = person or user()
    Membership.objects.create(
        user=person, organisation_id=organisation_id, role=role, since=date(2020, 1, 1)
    )
    return person


def operator() -> Any:
    organisation = Organisation.objects.create(kind=OrganisationKind.OPERATOR, name="Operator")
    return member(organisation.pk, Role.OPERATOR)


def bare_listing(of: Provider, **facts: Any) -> Listing:
    """A listing whose product has nothing to sell: enough to stand in an order."""
    number = next(_numbers)
    product = goods.product_bare(f"Thing {number}", f"thing-{number}", 1000)
    facts = {
        "category_code": "f",
        "provenance": "Lovere",
        "production_method": "By hand",
        **facts,
    }
    return Listing.objects.create(product=product, provider=of, **facts)


def is_public(listing: Listing) -> bool:
    """Whether the shop shows the listing's product."""
    return catalogue.product_facts([listing.product_id])[listing.product_id].is_published


def line(number: int, listing: Listing, cents: int = 1000, quantity: int = 1) -> SaleLine:
    return SaleLine(
        number=number,
        variant_id=0,
        product_id=listing.product_id,
        product_name=listing.product.name,
        listing_id=listing.pk,
        provider_id=listing.provider_id,
        category_code=listing.category_code,
        quantity=quantity,
        unit_cents=cents,
        total_cents=cents * quantity,
    )


def sale(*lines: SaleLine, buyer: Any = None, on: date | None = None) -> Sale:
    buyer = buyer or user()
    return Sale(
        token=f"token-{next(_numbers)}",
        user_id=buyer.pk,
        wallet_id=1,
        company_id=None,
        plan_id=None,
        lines=lines,
        delivery=Delivery(DeliveryMethod.SFA_DELIVERY, comune().pk, 300),
        total_cents=sum(one.total_cents for one in lines) + 300,
        on=on or date.today(),
    )


def levy(of: Sale, provider_bps: int = 200, company_bps: int = 100) -> LevyTerms:
    return LevyTerms(
        fund_account_id=1,
        shares=tuple(
            LevyShare(
                provider_id,
                policy_id=5,
                base_cents=of.gross_of(provider_id),
                provider_cents=of.gross_of(provider_id) * provider_bps // 10_000,
                company_cents=of.gross_of(provider_id) * company_bps // 10_000,
            )
            for provider_id in of.provider_ids
        ),
    )
