"""A small town to shop in: a company, an employee with credit, two providers, delivery, a Fund.

Real rows of Saleor and of every room, made once per test that asks for ``town``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import graphene
from django.utils import timezone
from saleor.product.models import ProductVariant
from saleor.shipping.models import ShippingMethod
from saleor.warehouse.models import Warehouse

from marketplace.ledger.accounts import AccountKind, account
from marketplace.ledger.posting import Leg, post
from marketplace.ledger.selectors import balance, wallet_balance
from marketplace.providers.models import Listing, ListingStatus
from marketplace.shop import catalogue
from marketplace.shop.carts import delivery_methods
from marketplace.shop.installation import delivery_offer
from plugins.ethics_charter.services import charter_load
from plugins.solidarity_fund import levies
from plugins.welfare_wallet.credit import credit
from tests.companies import factories as companies
from tests.ethics_charter import factories as charters
from tests.ethics_charter.conftest import CHARTER
from tests.providers import factories as providers
from tests.solidarity_fund import factories as funds

_numbers = count(1)
DELIVERY_CENTS = 350
PROVIDER_BPS, COMPANY_BPS = 200, 100


@dataclass
class Town:
    """Handles to the town's rows; ``honey`` and ``camp`` are variants of two providers."""

    company: Any
    plan: Any
    employee: Any
    wallet_id: int
    fund: Any
    dairy: Any
    camps: Any
    honey: Any
    camp: Any
    delivery: Any
    pick_up: Any
    warehouse: Any
    more: dict[str, Any] = field(default_factory=dict)

    def credit_left(self) -> int:
        return wallet_balance(self.wallet_id).total_cents

    def fund_cents(self) -> int:
        return balance(account(AccountKind.FUND, self.fund.pk))

    def payable_cents(self, provider: Any) -> int:
        return balance(account(AccountKind.PROVIDER_PAYABLE, provider.pk))

    def company_levy_cents(self) -> int:
        return balance(account(AccountKind.COMPANY_LEVY, self.company.pk))

    def held_cents(self) -> int:
        return balance(account(AccountKind.HOLDS, 0))

    def delivery_income_cents(self) -> int:
        return balance(account(AccountKind.DELIVERY, 0))


def gid(kind: str, pk: Any) -> str:
    return graphene.Node.to_global_id(kind, pk)


def variant(
    of: Any,
    name: str,
    cents: int,
    *,
    warehouse: Any,
    stock: int = 100,
    code: str = "f",
    **facts: Any,
) -> Any:
    """A published article of a provider, with its listing, stock and price."""
    made = catalogue.product_create(
        name=name,
        description="",
        price_cents=cents,
        is_service=bool(facts.get("is_service")),
        category_id=catalogue.category_ensure(slug="all", name="All"),
        warehouse_id=warehouse.pk,
        stock=stock,
        sku=f"SKU-{next(_numbers)}",
    )
    sold = ProductVariant.objects.select_related("product").get(pk=made.variant_id)
    Listing.objects.create(
        product=sold.product,
        provider=of,
        **{
            "category_code": code,
            "provenance": "Lovere",
            "production_method": "By hand",
            "status": ListingStatus.PUBLISHED.value,
            "published_at": timezone.now(),
            **facts,
        },
    )
    catalogue.products_publish([made.product_id])
    return sold


def shipping() -> tuple[Any, Any, Any]:
    """Italy: SFA delivery, pick-up, and a warehouse."""
    delivery_offer(
        method="sfa_delivery", name="Consegna SFA", name_en="Delivery", cents=DELIVERY_CENTS
    )
    delivery_offer(method="pick_up", name="Ritiro", name_en="Pick-up", cents=0)
    found = delivery_methods()
    warehouse = catalogue.warehouse_ensure(
        slug=f"magazzino-{next(_numbers)}", name="Magazzino", city="Lovere", postal_code="24065"
    )
    return (
        ShippingMethod.objects.get(pk=found["sfa_delivery"]),
        ShippingMethod.objects.get(pk=found["pick_up"]),
        Warehouse.objects.get(pk=warehouse),
    )


def give(company: Any, plan: Any, user: Any, cents: int, *, days: int = 200) -> int:
    """Pay in a budget and give the user credit out of it; return the wallet's id."""
    budget = account(AccountKind.COMPANY_BUDGET, company.pk)
    number = next(_numbers)
    world = account(AccountKind.WORLD, 0)
    post(kind="top_up", key=f"t:{number}", legs=[Leg(world, -cents), Leg(budget, cents)])
    given = credit(
        user_id=user.pk,
        company_id=company.pk,
        plan_id=plan.pk,
        source_account_id=budget,
        cents=cents,
        key=f"give:{number}",
        expires_on=timezone.localdate() + timedelta(days=days),
    )
    return given.wallet_id


def build(credit_cents: int = 20_000) -> Town:
    """A town in which ``employee`` has credit under a plan that allows f and f-bis."""
    place = providers.comune()
    delivery, pick_up, warehouse = shipping()
    company = companies.company("Officine Sebino")
    plan = companies.plan(company)
    employment = companies.employment(company)
    fund = funds.fund()
    funds.policy(fund, PROVIDER_BPS, COMPANY_BPS, valid_from=date(2020, 1, 1))
    levies.forget_shares()
    dairy = providers.provider("Caseificio", place)
    camps = providers.provider("Campi estivi", place)
    for one in (dairy, camps):
        charters.signed(one, charter_load(CHARTER))
    return Town(
        company=company,
        plan=plan,
        employee=employment.user,
        wallet_id=give(company, plan, employment.user, credit_cents),
        fund=fund,
        dairy=dairy,
        camps=camps,
        honey=variant(
            dairy, "Honey", 850, warehouse=warehouse, needs_packing=True, needs_delivery=True
        ),
        camp=variant(camps, "Camp", 5000, warehouse=warehouse, code="f-bis", is_service=True),
        delivery=delivery,
        pick_up=pick_up,
        warehouse=warehouse,
    )


ADDRESS = {
    "firstName": "Anna",
    "lastName": "Rossi",
    "street": "Via Tadini 1",
    "city": "Lovere",
    "postalCode": "24065",
}
PURCHASE = """mutation Buy($input: PurchaseInput!) {
  purchaseCreate(input: $input) {
    replayed
    purchase { orderNumber paid { amount currency } levy { amount } delivery { amount }
      parts { providerName status total { amount } levy { amount }
              lines { productName quantity total { amount } } } }
    errors { field message code line }
  }
}"""


def purchase_input(key: str, *lines: tuple[Any, int], method: str = "sfa_delivery", **more: Any):
    """Variables of :data:`PURCHASE` for (variant, quantity) lines."""
    return {
        "input": {
            "idempotencyKey": key,
            "lines": [
                {"variantId": gid("ProductVariant", one.pk), "quantity": quantity}
                for one, quantity in lines
            ],
            "deliveryMethod": method,
            "address": {**ADDRESS, **more.pop("address", {})},
            **more,
        }
    }
