"""A wallet's movements in the API: for its holder alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import graphene

from marketplace.api import access
from marketplace.api.entities import Entity, from_global, not_found
from marketplace.api.fields import connection
from marketplace.api.money import money
from marketplace.people.actor import Actor
from marketplace.sales.tracking import CreditShare
from marketplace.shop.graphql import Money
from plugins.welfare_wallet.models import Wallet
from plugins.welfare_wallet.movements import Movement, MovementKind, Wanted, movements_of

KINDS = ", ".join(f"`{kind}`" for kind in MovementKind)


class WalletMovement(Entity):
    """One thing that happened to a wallet."""

    kind = graphene.String(required=True, description=f"One of {KINDS}.")
    amount = graphene.Field(Money, required=True, description="In (+) or out (-).")
    balance = graphene.Field(Money, required=True, description="The wallet's, after it.")
    happened_at = graphene.DateTime(required=True)
    order_number = graphene.String(description="Of the order that paid or was refunded.")
    provider_name = graphene.String(description="Of a refund: whose part of the order.")
    credit = graphene.List(
        graphene.NonNull(CreditShare), required=True, description="Which credit lots it touched."
    )

    @staticmethod
    def resolve_amount(root: Movement, _info: Any) -> Any:
        return money(root.cents)

    @staticmethod
    def resolve_balance(root: Movement, _info: Any) -> Any:
        return money(root.balance_cents)

    @staticmethod
    def resolve_credit(root: Movement, _info: Any) -> Any:
        return root.lots


def my_movements(
    _info: Any,
    actor: Actor,
    wallet: str,
    kinds: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> list[Movement]:
    wallet_id = from_global(wallet, "Wallet", field="wallet")
    wanted = Wanted(frozenset(kinds or ()), since, until)
    if not Wallet.objects.filter(pk=wallet_id, user_id=actor.require_user()).exists():
        raise not_found("Wallet", field="wallet")
    return movements_of(wallet_id, wanted)


class MovementQueries(graphene.ObjectType):
    my_movements = connection(
        WalletMovement,
        roles=access.SIGNED_IN,
        resolver=my_movements,
        description="What came into a wallet of mine and went out, newest first, with the balance.",
        wallet=graphene.ID(required=True),
        kinds=graphene.List(graphene.NonNull(graphene.String), description=f"Only these: {KINDS}."),
        since=graphene.Date(description="From this day on."),
        until=graphene.Date(description="Up to this day, included."),
    )
