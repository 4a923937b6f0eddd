"""At the till of a running shop: articles of one's own, carts, and forged cookies."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from django.core import signing
from django.utils import timezone

from tests import shopping
from tests.shopping import gid
from tests.storefront.shop import Shop
from tests.storefront.visitor import Page, Visitor

SECRET = "tests only, never a secret of anybody"
MAKER, OTHER_MAKER = "Bottega Fare Insieme", "Forno Sociale Pane Quotidiano"
_numbers = count(1)


@dataclass
class Article:
    """A variant of the running shop; ``variant`` is its global id."""

    shop: Shop
    pk: int
    product_pk: int
    name: str

    @property
    def variant(self) -> str:
        return gid("ProductVariant", self.pk)

    def cost(self, cents: int) -> None:
        from marketplace.shop.catalogue import product_update

        with self.shop.looking_in():
            product_update(self.product_pk, price_cents=cents)

    def withdraw(self) -> None:
        from marketplace.providers.models import Listing, ListingStatus
        from marketplace.shop.catalogue import products_unpublish

        with self.shop.looking_in():
            products_unpublish([self.product_pk])
            Listing.objects.filter(product_id=self.product_pk).update(
                status=ListingStatus.WITHDRAWN.value
            )

    def left(self) -> int:
        """Pieces that nobody has bought."""
        from saleor.warehouse.models import Stock

        with self.shop.looking_in():
            stock = Stock.objects.get(product_variant_id=self.pk)
            taken = sum(stock.allocations.values_list("quantity_allocated", flat=True))
            return stock.quantity - taken


def article(shop: Shop, cents: int = 850, *, of: str = MAKER, stock: int = 50, **facts: Any):
    """An article that only this test knows."""
    from marketplace.providers.models import Provider
    from marketplace.shop.catalogue import warehouse_ensure

    name = facts.pop("name", f"Vasetto {next(_numbers)}")
    with shop.looking_in():
        from saleor.warehouse.models import Warehouse

        key = warehouse_ensure(slug="prove", name="Prove", city="Lovere", postal_code="24065")
        made = shopping.variant(
            Provider.objects.get(organisation__name=of),
            name,
            cents,
            warehouse=Warehouse.objects.get(pk=key),
            stock=stock,
            **facts,
        )
        return Article(shop, made.pk, made.product_id, name)


def service(shop: Shop, cents: int = 4500, **facts: Any) -> Article:
    return article(shop, cents, of=OTHER_MAKER, is_service=True, **facts)


def post(visitor: Visitor, path: str, **fields: Any) -> Page:
    """Send a form that the visitor has seen somewhere."""
    if not visitor.cookies.get("csrftoken"):
        visitor.get("/accesso/")
    return visitor.post(path, {"csrfmiddlewaretoken": visitor.cookies["csrftoken"], **fields})


def put(visitor: Visitor, one: Article, quantity: Any = 1, **more: Any) -> Page:
    return post(visitor, "/carrello/metti/", variant=one.variant, quantity=quantity, **more)


def signed_in(shop: Shop, cents: int = 20_000, *, language: str = "it") -> Visitor:
    """A new employee with so much credit, at the door."""
    visitor = shop.visitor(shop.buyer(cents), language=language)
    visitor.get("/carrello/")
    return visitor


def on(visitor: Visitor, *articles: tuple[Article, int]) -> Page:
    """The cart with these articles in it."""
    for one, quantity in articles:
        put(visitor, one, quantity)
    return visitor.get("/carrello/")


def to_review(visitor: Visitor, **fields: Any) -> Page:
    """Through the delivery's form, as it is filled in but for ``fields``."""
    return visitor.submit(visitor.get("/cassa/"), "/cassa/", **fields)


def credit_of(shop: Shop, visitor: Visitor) -> int:
    """Cents left in all wallets of whoever is signed in."""
    from marketplace.ledger.selectors import wallet_balances
    from plugins.welfare_wallet.models import Wallet

    email = session_of(visitor)["person"]["email"]
    with shop.looking_in():
        keys = list(Wallet.objects.filter(user__email=email).values_list("pk", flat=True))
        held = wallet_balances(keys, timezone.localdate())
        return sum(one.total_cents for one in held.values())


def orders_of(shop: Shop, visitor: Visitor) -> list[str]:
    """Numbers of the orders of whoever is signed in, newest first."""
    from marketplace.sales.models import Settlement

    email = session_of(visitor)["person"]["email"]
    with shop.looking_in():
        found = Settlement.objects.filter(user__email=email, order_id__isnull=False)
        return list(found.order_by("-pk").values_list("order_number", flat=True))


def session_of(visitor: Visitor) -> dict[str, Any]:
    return signing.loads(visitor.cookies["sessione"], key=SECRET, salt="storefront.session")


def let_session_expire(visitor: Visitor) -> None:
    """The API no longer takes the token; the browser does not know."""
    session = {**session_of(visitor), "token": "expired.by.now"}
    value = signing.dumps(session, key=SECRET, salt="storefront.session", compress=True)
    set_cookie(visitor, "sessione", value)


def set_cookie(visitor: Visitor, name: str, value: str) -> None:
    domain = next(one.domain for one in visitor.cookies if one.name == "sessione")
    visitor.cookies.set(name, value, domain=domain, path="/")
