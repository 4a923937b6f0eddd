"""What both sides sell: the same articles, stock and buyers, in a database of each side's own."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image

from marketplace.ledger.accounts import account, accounts
from marketplace.ledger.models import AccountKind
from marketplace.shop import catalogue
from plugins.ethics_charter.services import charter_load
from plugins.solidarity_fund import levies
from tests import shopping
from tests.companies import factories as companies
from tests.engine.installed import token_of
from tests.ethics_charter import factories as charters
from tests.ethics_charter.conftest import CHARTER
from tests.providers import factories as providers
from tests.shopping import gid

PROVIDERS, ARTICLES_PER_PROVIDER, BUYERS = 8, 20, 8
CREDIT_CENTS = 1_000_000_000


@dataclass(frozen=True)
class World:
    """Ids that clients need; ``articles`` are variants by provider, tokens one per buyer."""

    articles: tuple[tuple[str, ...], ...]
    tokens: tuple[str, ...]
    emails: tuple[str, ...]
    delivery_id: str
    wallet_ids: tuple[int, ...]
    payable_ids: tuple[int, ...]
    fund_id: int
    company_levy_id: int


def fill() -> World:
    """Make the world in the database that Django is connected to."""
    with transaction.atomic():
        town = shopping.build(CREDIT_CENTS)
        sellers = [providers.provider(f"Bench provider {n}") for n in range(PROVIDERS)]
        charter = charter_load(CHARTER)
        for seller in sellers:
            charters.signed(seller, charter)
        articles = tuple(_articles(seller, town.warehouse) for seller in sellers)
        buyers = [companies.employment(town.company).user for _n in range(BUYERS)]
        wallet_ids = tuple(
            shopping.give(town.company, town.plan, buyer, CREDIT_CENTS) for buyer in buyers
        )
        payables = accounts(AccountKind.PROVIDER_PAYABLE, [seller.pk for seller in sellers])
        world = World(
            articles=articles,
            tokens=tuple(token_of(buyer) for buyer in buyers),
            emails=tuple(buyer.email for buyer in buyers),
            delivery_id=gid("ShippingMethod", town.delivery.pk),
            wallet_ids=wallet_ids,
            payable_ids=tuple(payables.values()),
            fund_id=account(AccountKind.FUND, town.fund.pk),
            company_levy_id=account(AccountKind.COMPANY_LEVY, town.company.pk),
        )
    levies.forget_shares()
    return world


def _articles(seller: Any, warehouse: Any) -> tuple[str, ...]:
    made = []
    for number in range(ARTICLES_PER_PROVIDER):
        variant = shopping.variant(
            seller,
            f"Article {number} of {seller.pk}",
            100 + number,
            warehouse=warehouse,
            stock=10_000_000,
            needs_packing=number % 2 == 0,
            needs_delivery=number % 2 == 0,
        )
        picture = ContentFile(_picture(number), f"{variant.sku}.png")
        catalogue.picture_add(variant.product_id, picture=picture, alt=f"Article {number}")
        made.append(gid("ProductVariant", variant.pk))
    return tuple(made)


def _picture(number: int) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (400, 300), (number * 12, 120, 90)).save(drawn, "PNG")
    return drawn.getvalue()


def lines(variants: Sequence[str]) -> list[dict[str, Any]]:
    """One piece of each."""
    return [{"variantId": variant, "quantity": 1} for variant in variants]
