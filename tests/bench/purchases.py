"""Whole purchases: step by step on bare Saleor, step by step with our plugins, and in one request.

Two lines of two providers, delivered. Each side's steps are those of an ordinary Saleor client:
checkoutCreate, both addresses, shipping method, payment, complete; ours has the hold besides.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.bench.clients import GraphQL, drive
from tests.bench.servers import serving
from tests.bench.table import Comparison, Rounds
from tests.bench.world import World, copied, filled
from tests.shopping import PURCHASE
from tests.steps import COMPLETE, CREATE, DELIVERY, HOLD, PAYMENT, saleor_address

SHIPPING = """mutation($id: ID!, $address: AddressInput!) {
  checkoutShippingAddressUpdate(checkoutId: $id, shippingAddress: $address) {
    checkout { id } checkoutErrors { field message code } } }"""
BILLING = """mutation($id: ID!, $address: AddressInput!) {
  checkoutBillingAddressUpdate(checkoutId: $id, billingAddress: $address) {
    checkout { id } checkoutErrors { field message code } } }"""
BARE_COMPLETE = COMPLETE.replace("welfareErrors { code message line }", "")


class Buyer:
    """One client's way of buying, with its own connection, buyer and choice of articles."""

    def __init__(self, port: int, world: World, number: int) -> None:
        self.api = GraphQL(port, world.tokens[number])
        self.email = world.emails[number]
        self.world = world
        self.random = random.Random(number)

    def cart(self) -> list[str]:
        """Variants of two different providers."""
        return [self.random.choice(some) for some in self.random.sample(self.world.articles, 2)]

    def by_steps(self, *, bare: bool) -> None:
        ask = self.api.ask
        lines = [{"variantId": variant, "quantity": 1} for variant in self.cart()]
        made = ask(CREATE, input={"email": self.email, "lines": lines})
        checkout = made["checkoutCreate"]["checkout"]["id"]
        ask(SHIPPING, id=checkout, address=saleor_address())
        ask(BILLING, id=checkout, address=saleor_address())
        ask(DELIVERY, id=checkout, method=self.world.delivery_id)
        if bare:
            payment = {"gateway": "mirumee.payments.dummy", "token": "fully_charged"}
        else:
            hold = ask(HOLD, id=checkout)["walletHoldCreate"]["hold"]
            payment = {"gateway": "welfarepiu.wallet", "token": hold["token"]}
        ask(PAYMENT, id=checkout, input=payment)
        done = ask(BARE_COMPLETE if bare else COMPLETE, id=checkout)["checkoutComplete"]
        if not done["order"]:
            raise RuntimeError(f"no order: {done}")

    def in_one(self) -> None:
        bought = self.api.ask(
            PURCHASE,
            input={
                "idempotencyKey": uuid.uuid4().hex,
                "lines": [{"variantId": variant, "quantity": 1} for variant in self.cart()],
                "deliveryMethod": "sfa_delivery",
                "address": {
                    "firstName": "Anna",
                    "lastName": "Rossi",
                    "street": "Via Tadini 1",
                    "city": "Lovere",
                    "postalCode": "24065",
                },
            },
        )["purchaseCreate"]
        if bought["errors"]:
            raise RuntimeError(str(bought["errors"]))


WAYS: dict[str, Callable[[Buyer], None]] = {
    "bare Saleor, step by step": lambda buyer: buyer.by_steps(bare=True),
    "ours, step by step": lambda buyer: buyer.by_steps(bare=False),
    "ours, one request": lambda buyer: buyer.in_one(),
}
BARE, STEPS, ONE = WAYS


@contextmanager
def both_sides() -> Iterator[tuple[World, dict[str, int]]]:
    """The world, and the port that each way goes to."""
    with (
        filled("bench_ours") as world,
        copied(world, "bench_bare") as bare_database,
        serving("marketplace.settings.embedded", world.database) as ours,
        serving("marketplace.settings.bare", bare_database) as bare,
    ):
        yield world, {BARE: bare, STEPS: ours, ONE: ours}


def measure(*, seconds: float, rounds: int, say: Callable[[str], None]) -> list[Comparison]:
    """Purchases at 1 and 8 clients, the ways in turn."""
    with both_sides() as (world, ports):
        _warm_up(world, ports)
        return [
            comparison
            for clients in (1, 8)
            for comparison in _at(clients, world, ports, seconds, rounds, say)
        ]


def _warm_up(world: World, ports: dict[str, int]) -> None:
    """Every worker of every server has compiled its documents and opened its connections."""
    for way, act in WAYS.items():
        buyers = [Buyer(ports[way], world, n) for n in range(8)]
        drive([lambda b=buyer, do=act: do(b) for buyer in buyers], 2)
        for buyer in buyers:
            buyer.api.close()


def _at(
    clients: int,
    world: World,
    ports: dict[str, int],
    seconds: float,
    rounds: int,
    say: Callable[[str], None],
) -> list[Comparison]:
    measured = Rounds(list(WAYS))
    for number in range(1, rounds + 1):
        for way, act in WAYS.items():
            buyers = [Buyer(ports[way], world, n) for n in range(clients)]
            run = drive([lambda b=buyer, do=act: do(b) for buyer in buyers], seconds)
            measured.add(way, run)
            for buyer in buyers:
                buyer.api.close()
            say(f"purchases, {clients} clients, round {number}: {way}: {run.per_second:.1f}/s")
    name = f"purchases, {clients} client{'s' if clients > 1 else ''}"
    return [
        measured.compare(name, STEPS, BARE, cost=True, aim="at most 1.15 times the cost"),
        measured.compare(name, ONE, BARE, aim="at least 4 times the rate"),
    ]
