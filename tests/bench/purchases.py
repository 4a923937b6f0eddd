"""Whole purchases: step by step on bare Saleor, step by step with our plugins, and in one request.

Two lines of two providers, delivered. Each side's steps are those of an ordinary Saleor client:
checkoutCreate, both addresses, shipping method, payment, complete; ours has the hold besides.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Sequence
from functools import partial

from tests.bench.clients import GraphQL, Run, drive
from tests.bench.servers import BARE, OURS
from tests.bench.stage import Stage
from tests.bench.table import Aim, Rounds, Row
from tests.bench.world import World, lines
from tests.engine.installed import STEPS as SALEORS
from tests.shopping import ADDRESS, PURCHASE
from tests.steps import GATEWAY, HOLD, saleor_address

SHIPPING = """mutation($id: ID!, $address: AddressInput!) {
  checkoutShippingAddressUpdate(checkoutId: $id, shippingAddress: $address) {
    checkout { id } checkoutErrors { field message code } } }"""
BILLING = """mutation($id: ID!, $address: AddressInput!) {
  checkoutBillingAddressUpdate(checkoutId: $id, billingAddress: $address) {
    checkout { id } checkoutErrors { field message code } } }"""
# Saleor's own schema has no welfareErrors.
BARE_COMPLETE = SALEORS["complete"].replace("welfareErrors { code message line }", "")
BARE_PAYMENT = {"gateway": "mirumee.payments.dummy", "token": "fully_charged"}


class Buyer:
    """One client's way of buying, with its own connection, buyer and choice of articles."""

    def __init__(self, port: int, world: World, number: int) -> None:
        self.api = GraphQL(port, world.tokens[number % len(world.tokens)])
        self.email = world.emails[number % len(world.emails)]
        self.world = world
        self.random = random.Random(number)

    def cart(self) -> list[str]:
        """Variants of two different providers."""
        return [self.random.choice(some) for some in self.random.sample(self.world.articles, 2)]

    def by_steps(self, *, bare: bool) -> None:
        ask = self.api.ask
        made = ask(SALEORS["create"], input={"email": self.email, "lines": lines(self.cart())})
        checkout = made["checkoutCreate"]["checkout"]["id"]
        ask(SHIPPING, id=checkout, address=saleor_address())
        ask(BILLING, id=checkout, address=saleor_address())
        ask(SALEORS["deliver"], id=checkout, method=self.world.delivery_id)
        payment = BARE_PAYMENT
        if not bare:
            hold = ask(HOLD, id=checkout)["walletHoldCreate"]["hold"]
            payment = {"gateway": GATEWAY, "token": hold["token"]}
        ask(SALEORS["pay"], id=checkout, input=payment)
        done = ask(BARE_COMPLETE if bare else SALEORS["complete"], id=checkout)["checkoutComplete"]
        if not done["order"]:
            raise RuntimeError(f"no order: {done}")

    def in_one(self, variants: Sequence[str] = ()) -> None:
        given = {
            "idempotencyKey": uuid.uuid4().hex,
            "lines": lines(variants or self.cart()),
            "deliveryMethod": "sfa_delivery",
            "address": ADDRESS,
        }
        bought = self.api.ask(PURCHASE, input=given)["purchaseCreate"]
        if bought["errors"]:
            raise RuntimeError(str(bought["errors"]))


Way = Callable[[Buyer], None]
WAYS: dict[str, tuple[str, Way]] = {
    "bare Saleor step by step": (BARE, lambda buyer: buyer.by_steps(bare=True)),
    "ours step by step": (OURS, lambda buyer: buyer.by_steps(bare=False)),
    "ours in one request": (OURS, lambda buyer: buyer.in_one()),
}
STEPS_BARE, STEPS, ONE = WAYS


def measure(stage: Stage) -> list[Row]:
    """Purchases at 1 and 8 clients, the ways in turn."""
    before = {side: server.queued() for side, server in stage.sides.items()}
    for side, act in WAYS.values():
        # Every worker has compiled its documents and opened its connections.
        most = stage.scale.most_clients
        buy(stage.sides[side].port, stage.world, act, most, stage.scale.seconds / 4)
    rows = [row for clients in stage.scale.clients for row in _at(clients, stage)]
    if any(server.queued() == before[side] for side, server in stage.sides.items()):
        raise RuntimeError("a side queued no background task: it did not do all of its work")
    return rows


def buy(port: int, world: World, act: Way, clients: int, seconds: float) -> Run:
    """Let so many clients buy in one way."""
    buyers = [Buyer(port, world, n) for n in range(clients)]
    try:
        return drive([lambda buyer=buyer: act(buyer) for buyer in buyers], seconds)
    finally:
        for buyer in buyers:
            buyer.api.close()


def _at(clients: int, stage: Stage) -> list[Row]:
    def run(way: str) -> Run:
        side, act = WAYS[way]
        done = buy(stage.sides[side].port, stage.world, act, clients, stage.scale.seconds)
        stage.say(f"purchases, {clients} clients: {way} {done.per_second:.1f}/s")
        return done

    measured = Rounds()
    measured.take({way: partial(run, way) for way in WAYS}, stage.scale.rounds)
    name = f"purchases, {clients} client{'s' if clients > 1 else ''}"
    cost, rate = Aim("at most", 1.15), Aim("at least", 4)
    rows = [
        measured.compare(f"{name}: cost", STEPS, STEPS_BARE, cost=True, aim=cost),
        measured.compare(f"{name}: rate", ONE, STEPS_BARE, aim=rate),
    ]
    if clients == 1:
        took = measured.p50_ms(ONE)
        rows.append(Row(f"{name}: {ONE}", "p50 in ms", took, aim=Aim("at most", 100, " ms")))
    return rows
