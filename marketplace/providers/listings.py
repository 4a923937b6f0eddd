"""Writing listings: a product in the shop and its welfare facts, always of one's own provider."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import not_found
from marketplace.companies.models import BenefitCategory
from marketplace.money import euro
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.providers import publication
from marketplace.providers.models import Listing, ListingStatus, Provider, VoucherVat
from marketplace.refusals import Refusal, refusal_of
from marketplace.shop import catalogue
from marketplace.territory.models import Comune

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 10_000
LONGEST_ORIGIN = 1_000
# Twelve digits with three decimals is what the shop can hold; no benefit costs as much.
DEAREST_CENTS = 10_000_000
MOST_STOCK = 999_999

PRODUCT_FIELDS = frozenset({"name", "description", "price_cents"})
LISTING_FIELDS = frozenset(
    {
        "category_code",
        "needs_packing",
        "needs_delivery",
        "made_by_sfa",
        "provenance",
        "production_method",
        "production_comune_id",
        "vat_voucher_kind",
    }
)


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """What a provider says of something that it offers; ``stock`` None is not counted."""

    name: str
    price_cents: int
    category_code: str
    description: str = ""
    is_service: bool = False
    needs_packing: bool = False
    needs_delivery: bool = False
    made_by_sfa: bool = False
    provenance: str = ""
    production_method: str = ""
    production_comune_id: int | None = None
    vat_voucher_kind: str = VoucherVat.MULTI_PURPOSE.value
    stock: int | None = None


def listing_create(
    *, actor: Actor, provider_id: int, facts: ListingFacts, sku: str | None = None
) -> Listing:
    """A draft: the product exists in the shop, unpublished, with its stock.

    Raises:
        Refusal: NOT_FOUND for a provider that is not the actor's, and what :func:`_check` refuses.
    """
    with transaction.atomic():
        provider = own_provider(actor, provider_id)
        _check(asdict(facts))
        _check_stock(facts.stock, is_service=facts.is_service)
        made = catalogue.product_create(
            name=facts.name.strip(),
            description=facts.description,
            price_cents=facts.price_cents,
            is_service=facts.is_service,
            category_id=_shop_category(facts.category_code),
            warehouse_id=_warehouse(provider),
            stock=facts.stock,
            sku=sku,
        )
        stored = {field: getattr(facts, field) for field in LISTING_FIELDS}
        return Listing.objects.create(
            product_id=made.product_id, provider=provider, is_service=facts.is_service, **stored
        )


def listing_update(*, actor: Actor, listing_id: int, changes: Mapping[str, Any]) -> Listing:
    """Change some facts (names of :class:`ListingFacts`, but ``is_service`` and ``stock``).

    Raises:
        Refusal: NOT_FOUND, and what :func:`_check` refuses of the listing as it would become.
    """
    with transaction.atomic():
        listing = own_listing(actor, listing_id)
        shown = catalogue.product_facts([listing.product_id])[listing.product_id]
        before = {field: getattr(listing, field) for field in LISTING_FIELDS}
        product = {"name": shown.name, "price_cents": shown.price_cents}
        _check({**before, **product, "is_service": listing.is_service, **changes})
        for field in LISTING_FIELDS & changes.keys():
            setattr(listing, field, changes[field])
        listing.save()
        shop_changes = {field: changes[field] for field in PRODUCT_FIELDS & changes.keys()}
        if "name" in shop_changes:
            shop_changes["name"] = shop_changes["name"].strip()
        if "category_code" in changes:
            shop_changes["category_id"] = _shop_category(listing.category_code)
        if shop_changes:
            catalogue.product_update(listing.product_id, **shop_changes)
        return listing


def listing_publish(*, actor: Actor, listing_id: int) -> Listing:
    """Offer it to customers; published already is fine.

    Raises:
        Refusal: NOT_FOUND, PRICE_GONE.
        Refusals: what the publication gates have against it (CHARTER_NOT_IN_FORCE).
    """
    with transaction.atomic():
        listing = own_listing(actor, listing_id)
        publication.check(listing)
        try:
            catalogue.products_publish([listing.product_id])
        except IntegrityError as error:
            # The database's own gate: what was in force a moment ago no longer is.
            raise (refusal_of(error) or error) from error
        _check_on_sale(listing)
        listing.status = ListingStatus.PUBLISHED
        listing.published_at = timezone.now()
        listing.save(update_fields=["status", "published_at", "updated_at"])
        return listing


def listing_withdraw(*, actor: Actor, listing_id: int) -> Listing:
    """Take it out of the shop; it can be published again."""
    with transaction.atomic():
        listing = own_listing(actor, listing_id)
        catalogue.products_unpublish([listing.product_id])
        listing.status = ListingStatus.WITHDRAWN
        listing.save(update_fields=["status", "updated_at"])
        return listing


def listing_stock_set(*, actor: Actor, listing_id: int, quantity: int | None) -> Listing:
    """Set how many there are; None, for services only, is not counted.

    Raises:
        Refusal: NOT_FOUND, INVALID_STOCK.
    """
    with transaction.atomic():
        listing = own_listing(actor, listing_id)
        _check_stock(quantity, is_service=listing.is_service)
        catalogue.stock_set(listing.product_id, _warehouse(listing.provider), quantity)
        listing.save(update_fields=["updated_at"])
        return listing


def listings_withdraw_all(*, provider_id: int) -> int:
    """Take all that a provider offers out of the shop; how many there were.

    For who may do so for a reason of its own (an adhesion that ends), not for the provider.
    """
    with transaction.atomic():
        offered = Listing.objects.select_for_update().filter(
            provider_id=provider_id, status=ListingStatus.PUBLISHED
        )
        products = dict(offered.order_by("pk").values_list("pk", "product_id"))
        catalogue.products_unpublish(products.values())
        return Listing.objects.filter(pk__in=products).update(
            status=ListingStatus.WITHDRAWN, updated_at=timezone.now()
        )


def own_provider(actor: Actor, provider_id: int) -> Provider:
    """The provider, where the actor manages it; else NOT_FOUND, as for one that is not there."""
    mine = actor.organisations(Role.PROVIDER_MANAGER)
    found = None
    if provider_id in mine:
        found = Provider.objects.select_related("organisation", "comune").filter(pk=provider_id)
    provider = found.first() if found is not None else None
    if provider is None:
        raise not_found("Provider", field="provider")
    return provider


def own_listing(actor: Actor, listing_id: int) -> Listing:
    """The listing, locked, where the actor manages its provider; else NOT_FOUND."""
    listing = (
        Listing.objects.select_for_update(of=("self",))
        .select_related("provider__organisation", "provider__comune")
        .filter(pk=listing_id, provider_id__in=actor.organisations(Role.PROVIDER_MANAGER))
        .first()
    )
    if listing is None:
        raise not_found("Listing")
    return listing


def _warehouse(provider: Provider) -> uuid.UUID:
    return catalogue.warehouse_ensure(
        slug=f"provider-{provider.pk}",
        name=provider.organisation.name,
        city=provider.comune.name,
        postal_code=provider.comune.cap,
    )


def _shop_category(code: str) -> int:
    category = BenefitCategory.objects.get(pk=code)
    return catalogue.category_ensure(slug=f"welfare-{code}", name=category.name_it)


def _check_on_sale(listing: Listing) -> None:
    """Refuse (PRICE_GONE) what the shop's staff left without a price, or took out of the channel
    and its price with it: published it would be nowhere, or for nothing."""
    shown = catalogue.product_facts([listing.product_id])[listing.product_id]
    if not (shown.is_published and shown.price_cents):
        raise Refusal(
            "PRICE_GONE",
            _(
                "The staff of the shop took it out of the shop, and its price with it. Set its "
                "price again, then publish it."
            ),
            field="price",
        )


def _check(facts: Mapping[str, Any]) -> None:
    """Refuse facts that cannot stand: INVALID_NAME, INVALID_PRICE, TEXT_TOO_LONG, UNKNOWN_CATEGORY,
    SERVICE_IS_NOT_DELIVERED, PROVENANCE_REQUIRED, INVALID_VAT_KIND, UNKNOWN_COMUNE."""
    name = facts["name"].strip()
    if not name or len(name) > LONGEST_NAME:
        raise Refusal(
            "INVALID_NAME",
            _("Give it a name of 1 to %(most)s characters.") % {"most": LONGEST_NAME},
            field="name",
        )
    if not 0 < facts["price_cents"] <= DEAREST_CENTS:
        raise Refusal(
            "INVALID_PRICE",
            _("The price must be above zero and at most %(most)s.") % {"most": euro(DEAREST_CENTS)},
            field="price",
        )
    if facts["is_service"] and (facts["needs_packing"] or facts["needs_delivery"]):
        raise Refusal(
            "SERVICE_IS_NOT_DELIVERED",
            _("A service is neither packed nor delivered. List it as goods, or without both."),
            field="needsDelivery" if facts["needs_delivery"] else "needsPacking",
        )
    if facts["vat_voucher_kind"] not in tuple(VoucherVat):
        raise Refusal(
            "INVALID_VAT_KIND",
            _("Say how its voucher is taxed: %(known)s.") % {"known": ", ".join(VoucherVat)},
            field="vatVoucherKind",
        )
    _check_texts(facts)
    _check_origin(facts)
    _check_references(facts)


def _check_texts(facts: Mapping[str, Any]) -> None:
    for column, field, most in (
        ("description", "description", LONGEST_DESCRIPTION),
        ("provenance", "provenance", LONGEST_ORIGIN),
        ("production_method", "productionMethod", LONGEST_ORIGIN),
    ):
        if len(facts.get(column, "")) > most:
            raise Refusal(
                "TEXT_TOO_LONG",
                _("Write at most %(most)s characters.") % {"most": most},
                field=field,
            )


def _check_origin(facts: Mapping[str, Any]) -> None:
    """Goods say where they come from and how they are made (charter, product dimension)."""
    if facts["is_service"]:
        return
    for column, field in (("provenance", "provenance"), ("production_method", "productionMethod")):
        if not facts[column].strip():
            raise Refusal(
                "PROVENANCE_REQUIRED",
                _("Say where the product comes from and how it is made: the charter asks both."),
                field=field,
            )


def _check_references(facts: Mapping[str, Any]) -> None:
    if not BenefitCategory.objects.filter(pk=facts["category_code"]).exists():
        raise Refusal(
            "UNKNOWN_CATEGORY",
            _("There is no benefit category «%(code)s».") % {"code": facts["category_code"][:16]},
            field="category",
        )
    comune_id = facts["production_comune_id"]
    if comune_id is not None and not Comune.objects.filter(pk=comune_id).exists():
        raise Refusal(
            "UNKNOWN_COMUNE",
            _("There is no such comune. Choose one from the list."),
            field="productionComune",
        )


def _check_stock(quantity: int | None, *, is_service: bool) -> None:
    if quantity is None and is_service:
        return
    if quantity is None or not 0 <= quantity <= MOST_STOCK:
        raise Refusal(
            "INVALID_STOCK",
            _("Say how many there are, from 0 to %(most)s; only services go uncounted.")
            % {"most": MOST_STOCK},
            field="stock",
        )
