"""What a person of the demo territory sees, and does, wherever the territory is."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from saleor.product.models import ProductVariant
from saleor.shipping.models import ShippingMethod

from fixtures import accounts
from marketplace.ledger.accounts import AccountKind, account
from marketplace.ledger.digest import digest
from marketplace.ledger.selectors import balance
from marketplace.ledger.verification import verify
from marketplace.providers.models import Listing
from marketplace.sales.announcements import order_announce
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.services import reconcile
from marketplace.shop.carts import delivery_methods
from plugins.solidarity_fund.models import Fund
from tests.graphql_client import Api
from tests.shopping import PURCHASE, purchase_input
from tests.steps import Steps

EMPLOYEE = "employee@example.com"
SIGN_IN = """mutation In($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) { token } }"""
MINE = """{
  myWallets { kind planName balance { amount } lots { amount { amount } expiresOn }
    movements(first: 100) { edges { node {
      id amount { amount } balance { amount } kind reference postedAt } } } }
  myVouchers(first: 100) { edges { node {
    orderNumber productName units value { amount } status validUntil code providerName } } }
  myPurchases(first: 100) { edges { node {
    orderNumber placedAt paid { amount } delivery { amount } refunded { amount } levy { amount }
    parts { providerName status total { amount } refunded { amount }
      lines { productName quantity total { amount } } }
    order { number status total { gross { amount } }
      lines { productName quantity unitPrice { gross { amount } } } } } } }
  me { email firstName lastName addresses { city streetAddress1 } }
}"""


def sign_in(email: str = EMPLOYEE, password: str = accounts.PASSWORD) -> str:
    """Somebody's token, had with their password."""
    token: str = Api().data(SIGN_IN, {"email": email, "password": password})["tokenCreate"]["token"]
    return token


def mine(email: str = EMPLOYEE) -> Any:
    """Orders, credit, movements and vouchers of whoever signs in."""
    return Api().data(MINE, token=sign_in(email))


def buy(key: str, email: str = EMPLOYEE) -> dict[str, Any]:
    """Buy an article that the demo's employees may have; the purchase."""
    user = get_user_model().objects.get(email=email)
    answer = Api().data(PURCHASE, purchase_input(key, (_honey(), 1)), user=user)["purchaseCreate"]
    assert answer["errors"] == [], answer["errors"]
    announce()
    made: dict[str, Any] = answer
    return made


def announce() -> None:
    """The worker's share of a purchase: the reconciler would find it missing minutes later, which
    is after a slow move and before a quick one."""
    placed = Settlement.objects.filter(order_id__isnull=False, announced_at=None)
    for order_id in placed.values_list("order_id", flat=True):
        order_announce(order_id=order_id)


def _honey() -> Any:
    listing = Listing.objects.get(product__slug__startswith="miele-di-castagno")
    return ProductVariant.objects.filter(product_id=listing.product_id).order_by("pk").first()


def _delivery() -> Any:
    return ShippingMethod.objects.get(pk=delivery_methods()["sfa_delivery"])


def cart_fill(email: str = EMPLOYEE) -> str:
    """Go through Saleor's own steps up to the last, credit set aside; the checkout's id."""
    steps = Steps(Api(), get_user_model().objects.get(email=email))
    steps.ready((_honey(), 1), method=_delivery())
    return steps.checkout


def cart_complete(checkout: str, email: str = EMPLOYEE) -> None:
    """The last step, with what was set aside; the way of delivery is chosen once more."""
    steps = Steps(Api(), get_user_model().objects.get(email=email))
    steps.checkout = checkout
    assert steps.deliver(_delivery())["checkoutErrors"] == []
    placed = steps.complete()
    assert placed["checkoutErrors"] == [], placed
    assert placed["order"]["number"]
    announce()


def fund_cents() -> int:
    return balance(account(AccountKind.FUND, Fund.objects.get().pk))


def differences() -> list[tuple[str, dict[str, Any]]]:
    """What the reconciler would say of everything that ever was, without names of orders."""
    from datetime import UTC, datetime

    report = reconcile(since=datetime(2020, 1, 1, tzinfo=UTC), dry_run=True)
    return sorted(((f.code, f.facts) for f in report.findings), key=repr)


def ledger() -> str:
    """The digest of a ledger that is sound."""
    assert verify() == []
    return digest()
