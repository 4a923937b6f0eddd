"""What both sides sell: the same articles, stock and buyers, in a database of each side's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections
from graphql_jwt.shortcuts import get_token

from plugins.ethics_charter.services import charter_load
from tests import databases, shopping
from tests.companies import factories as companies
from tests.ethics_charter import factories as charters
from tests.ethics_charter.conftest import CHARTER
from tests.providers import factories as providers
from tests.shopping import gid

ARTICLES_PER_PROVIDER, PROVIDERS, BUYERS = 6, 8, 8
CREDIT_CENTS = 1_000_000_000


@dataclass(frozen=True)
class World:
    """Ids that clients need; ``articles`` by provider, tokens one per buyer."""

    database: str
    articles: tuple[tuple[str, ...], ...]
    tokens: tuple[str, ...]
    emails: tuple[str, ...]
    delivery_id: str
    town: Any


def _fill() -> dict[str, Any]:
    town = shopping.build(CREDIT_CENTS)
    articles = []
    for number in range(PROVIDERS):
        provider = providers.provider(f"Bench provider {number}")
        charters.signed(provider, charter_load(CHARTER))
        articles.append(
            tuple(
                gid(
                    "ProductVariant",
                    shopping.variant(
                        provider,
                        f"Article {number} {n}",
                        100 + n,
                        warehouse=town.warehouse,
                        stock=10_000_000,
                        needs_packing=n % 2 == 0,
                        needs_delivery=n % 2 == 0,
                    ).pk,
                )
                for n in range(ARTICLES_PER_PROVIDER)
            )
        )
    buyers = [companies.employment(town.company).user for _n in range(BUYERS)]
    for buyer in buyers:
        shopping.give(town.company, town.plan, buyer, CREDIT_CENTS)
    return {
        "articles": tuple(articles),
        "tokens": tuple(get_token(buyer) for buyer in buyers),
        "emails": tuple(buyer.email for buyer in buyers),
        "delivery_id": gid("ShippingMethod", town.delivery.pk),
        "town": town,
    }


@contextmanager
def filled(purpose: str) -> Iterator[World]:
    """A database of our side with the world in it; Django is connected to it."""
    with databases.cloned(purpose) as name:
        yield World(database=name, **_fill())


@contextmanager
def copied(world: World, purpose: str) -> Iterator[str]:
    """A copy of the world's database, for the other side."""
    connections.close_all()
    with databases.copied(world.database, purpose) as name:
        yield name
