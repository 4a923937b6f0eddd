"""The shop window: 24 articles with price, stock and picture, ours against bare Saleor's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.bench.clients import GraphQL, Run, drive
from tests.bench.servers import BARE, OURS
from tests.bench.stage import Stage
from tests.bench.table import Aim, Rounds, Row

LISTINGS = """{ listings(first: 24) { pageInfo { hasNextPage endCursor } edges { node {
  id productId variantId name slug description price { amount currency } categoryCode
  isAvailable availableQuantity pictureUrl pictureAlt provider { id name } provenance
  charterInForce } } } }"""
PRODUCTS = """{ products(first: 24) { pageInfo { hasNextPage endCursor } edges { node {
  id name slug description category { name } isAvailable
  pricing { priceRange { start { gross { amount currency } } } }
  thumbnail(size: 255) { url alt } variants { id stockQuantity } } } } }"""
WAYS = {"ours": (OURS, LISTINGS, "listings"), "bare Saleor": (BARE, PRODUCTS, "products")}


def measure(stage: Stage) -> list[Row]:
    """Statements of one page, and pages per second at 1 and 8 clients, the sides in turn."""
    acts = {way: _reader(stage, way) for way in WAYS}
    for act in acts.values():
        _read(act, stage.scale.most_clients, stage.scale.seconds / 4)
    counts = {way: _statements(act) for way, act in acts.items()}
    rows = [
        Row(
            "SQL statements of a list of 24",
            f"ours: {counts['ours']}; bare Saleor: {counts['bare Saleor']}",
            counts["ours"],
            aim=Aim("at most", 12),
        )
    ]
    for clients in stage.scale.clients:
        measured = Rounds()
        ways = {way: partial(_read, act, clients, stage.scale.seconds) for way, act in acts.items()}
        measured.take(ways, stage.scale.rounds)
        stage.say(f"lists, {clients} clients: {measured.figures('ours')}")
        name = f"lists of 24, {clients} client{'s' if clients > 1 else ''}: rate"
        rows.append(measured.compare(name, "ours", "bare Saleor", aim=Aim("at least", 8)))
    return rows


Reader = Callable[[], tuple[GraphQL, Callable[[], None]]]


def _reader(stage: Stage, way: str) -> Reader:
    """What opens a connection, and reads the list over it."""
    side, document, name = WAYS[way]
    port = stage.sides[side].port

    def opened() -> tuple[GraphQL, Callable[[], None]]:
        api = GraphQL(port)

        def read() -> None:
            edges = api.ask(document)[name]["edges"]
            if len(edges) != 24:
                raise RuntimeError(f"{way} listed {len(edges)} articles")

        return api, read

    return opened


def _read(reader: Reader, clients: int, seconds: float) -> Run:
    opened = [reader() for _client in range(clients)]
    try:
        return drive([read for _api, read in opened], seconds)
    finally:
        for api, _read in opened:
            api.close()


def _statements(reader: Reader) -> int:
    api, read = reader()
    read()
    first = api.statements
    read()
    api.close()
    return min(first, api.statements - first)
