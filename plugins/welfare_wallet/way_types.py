"""GraphQL of what pays for an article."""

from __future__ import annotations

from typing import Any

import graphene

from marketplace.api import access
from marketplace.api.entities import from_global, to_global
from marketplace.api.fields import field
from marketplace.api.money import money
from marketplace.people.actor import Actor
from marketplace.shop.graphql import Money
from plugins.welfare_wallet.ways import Way, ways_to_pay


class WayToPay(graphene.ObjectType):
    """One of my wallets and one article: whether it pays for one piece of it, and why not."""

    listing_id = graphene.ID(required=True)
    wallet_id = graphene.ID(required=True)
    kind = graphene.String(required=True, description="`plan` or `solidarity`.")
    plan_name = graphene.String(description="The welfare plan; none for a solidarity wallet.")
    company_name = graphene.String()
    credit = graphene.Field(Money, required=True, description="What the wallet can spend today.")
    pays = graphene.Boolean(required=True)
    code = graphene.String(
        description="Why not: LINE_OUTSIDE_PLAN, CATEGORY_BUDGET_EXCEEDED, INSUFFICIENT_CREDIT."
    )
    message = graphene.String(description="Why not, in a sentence.")

    @staticmethod
    def resolve_listing_id(root: Way, _info: Any) -> str:
        return to_global("Listing", root.listing_pk)

    @staticmethod
    def resolve_wallet_id(root: Way, _info: Any) -> str:
        return to_global("Wallet", root.wallet.pk)

    @staticmethod
    def resolve_kind(root: Way, _info: Any) -> str:
        return root.wallet.kind

    @staticmethod
    def resolve_plan_name(root: Way, _info: Any) -> str | None:
        return root.wallet.plan.name if root.wallet.plan else None

    @staticmethod
    def resolve_company_name(root: Way, _info: Any) -> str | None:
        return root.wallet.company.organisation.name if root.wallet.company else None

    @staticmethod
    def resolve_credit(root: Way, _info: Any) -> Any:
        return money(root.credit_cents)

    @staticmethod
    def resolve_code(root: Way, _info: Any) -> str | None:
        return root.refusal.code if root.refusal else None

    @staticmethod
    def resolve_message(root: Way, _info: Any) -> str | None:
        return root.refusal.message if root.refusal else None


def resolve_ways_to_pay(_info: Any, actor: Actor, listings: list[str]) -> list[Way]:
    ids = {from_global(gid, "Listing", field="listings") for gid in listings}
    return ways_to_pay(user_id=actor.require_user(), listing_ids=ids)


class WayQueries(graphene.ObjectType):
    ways_to_pay = field(
        graphene.List(graphene.NonNull(WayToPay)),
        roles=access.SIGNED_IN,
        resolver=resolve_ways_to_pay,
        description="Which of my wallets pay for each of these articles, by the rules of a "
        "purchase; what is not offered is left out.",
        listings=graphene.List(graphene.NonNull(graphene.ID), required=True),
    )
