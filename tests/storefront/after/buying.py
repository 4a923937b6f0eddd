"""Buyers of the running shop who have bought something, by the marketplace's own services."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection

from marketplace.people.actor import Actor, actor_of
from marketplace.people.models import Membership, Role
from marketplace.providers.models import Listing, ProviderOrder
from marketplace.shop.catalogue import product_facts
from marketplace.shop.facts import CartLine, PostalAddress
from plugins.welfare_wallet.purchases import PurchaseRequest, purchase_create
from tests.storefront.shop import Shop

_numbers = count(1)
ADDRESS = PostalAddress("Anna", "Rossi", "Via Tadini 1", "Lovere", "24065")
# Of the demo territory: a good that is packed and brought, and a service.
CHEESE, SWIMMING = "formaggella-dell-altopiano", "piscina-10-ingressi"


@dataclass
class Bought:
    """An order of ``email``'s; ``part`` is the only provider's part of it."""

    shop: Shop
    email: str
    number: str
    part_id: int

    def part(self) -> ProviderOrder:
        return ProviderOrder.objects.get(pk=self.part_id)

    def manager(self) -> Actor:
        """Whoever manages the part's provider."""
        who = Membership.objects.filter(
            organisation=self.part().provider_id, role=Role.PROVIDER_MANAGER
        )
        return actor_of(who[0].user)


def buy(shop: Shop, email: str, sku: str, quantity: int = 1, method: str = "") -> Bought:
    with shop.looking_in():
        listing = Listing.objects.get(product__variants__sku=sku)
        variant_id = product_facts([listing.product_id])[listing.product_id].variant_id
        assert variant_id
        made = purchase_create(
            user=get_user_model().objects.get(email=email),
            request=PurchaseRequest(
                idempotency_key=f"storefront-{next(_numbers)}",
                lines=(CartLine(variant_id, quantity),),
                delivery_method=method or ("on_site" if listing.is_service else "sfa_delivery"),
                address=ADDRESS,
            ),
        )
        part = ProviderOrder.objects.get(order_id=made.settlement.order_id)
        return Bought(shop, email, made.settlement.order_number, part.pk)


def credit_left(shop: Shop, email: str) -> int:
    """Cents that a buyer can spend."""
    from marketplace.ledger.selectors import wallet_balances

    with shop.looking_in():
        wallets = get_user_model().objects.get(email=email).wallets.values_list("pk", flat=True)
        return sum(held.total_cents for held in wallet_balances(wallets).values())


def in_shop(shop: Shop, act: Any) -> Any:
    """What ``act()`` returns in the shop's database."""
    with shop.looking_in():
        try:
            return act()
        finally:
            connection.close()
