"""What an order gave, what the Fund holds, the levy in force, and the public totals."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils import timezone

from marketplace.api import access
from marketplace.api.entities import Entity, from_global_text
from marketplace.api.fields import field
from marketplace.api.money import money
from marketplace.api.mutations import WelfareMutation
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.shop.graphql import Money
from plugins.solidarity_fund import policies, selectors, transparency
from plugins.solidarity_fund.accounts import fund_balance_cents
from plugins.solidarity_fund.cases import COMMITTEE
from plugins.solidarity_fund.models import Fund, Levy, LevyPledge, LevyPolicy

WORKS_FOR_IT = (*COMMITTEE, Role.TREASURER, Role.OPERATOR)


class LevyPolicyType(Entity):
    """Which shares of a sale go to the Fund, in basis points (100 are one per cent)."""

    class Meta:
        name = "LevyPolicy"

    provider_bps = graphene.Int(required=True, description="Out of the provider's takings.")
    company_bps = graphene.Int(required=True, description="Paid by the company, on top.")
    employee_bps = graphene.Int(required=True, description="On top, by employees who pledge it.")
    employee_round_up = graphene.Boolean(required=True, description="May be pledged.")
    valid_from = graphene.Date(required=True)
    valid_until = graphene.Date(description="The last day in force; none where it is open.")


class FundType(Entity):
    """The Solidarity Fund."""

    class Meta:
        name = "Fund"

    name = graphene.String(required=True)
    balance = graphene.Field(
        Money,
        required=True,
        description=(
            "Free to be awarded. Only to who works for the Fund: awards to fewer than five people "
            "are taken off."
        ),
    )
    policy = graphene.Field(LevyPolicyType, description="The levy in force today.")

    @staticmethod
    def resolve_name(root: Fund, info: Any) -> str:
        return root.organisation.name

    @staticmethod
    def resolve_balance(root: Fund, info: Any) -> Any:
        free = fund_balance_cents(root.pk)
        if access.actor_from(info).has(*WORKS_FOR_IT):
            return money(free)
        return money(free + transparency.unshown_cents(root))

    @staticmethod
    def resolve_policy(root: Fund, info: Any) -> LevyPolicy | None:
        return selectors.policy_on(root, timezone.localdate())


class LevyPledgeType(Entity):
    """What I give the Fund on top of each purchase, freely."""

    class Meta:
        name = "LevyPledge"

    share = graphene.Boolean(required=True, description="The policy's share for employees.")
    round_up = graphene.Boolean(required=True, description="Up to the next whole euro.")
    since = graphene.DateTime(required=True)


class OrderLevyShare(graphene.ObjectType):
    """What one provider's part of an order gave to the Fund."""

    provider_name = graphene.String(required=True)
    base = graphene.Field(Money, required=True, description="The gross that was levied.")
    from_provider = graphene.Field(Money, required=True)
    from_company = graphene.Field(Money, required=True)
    from_employee = graphene.Field(Money, required=True)
    total = graphene.Field(Money, required=True)
    given_back = graphene.Field(Money, required=True, description="By refunds.")
    policy = graphene.Field(LevyPolicyType, required=True)

    @classmethod
    def of(cls, levy: Levy) -> OrderLevyShare:
        return cls(
            provider_name=levy.provider.name,
            base=money(levy.base_cents),
            from_provider=money(levy.provider_cents),
            from_company=money(levy.company_cents),
            from_employee=money(levy.employee_cents),
            total=money(levy.total_cents),
            given_back=money(levy.reversed_cents),
            policy=levy.policy,
        )


class OrderLevy(graphene.ObjectType):
    """What an order gave to the Fund."""

    total = graphene.Field(Money, required=True)
    given_back = graphene.Field(Money, required=True, description="By refunds.")
    shares = graphene.List(
        graphene.NonNull(OrderLevyShare), required=True, description="One per provider."
    )


class GivenMonth(graphene.ObjectType):
    """What my orders of a month gave to the Fund, net of refunds."""

    month = graphene.Date(required=True, description="Its first day.")
    orders = graphene.Int(required=True, description="How many orders gave.")
    total = graphene.Field(Money, required=True)
    from_provider = graphene.Field(Money, required=True)
    from_company = graphene.Field(Money, required=True)
    from_employee = graphene.Field(Money, required=True, description="What I gave on top, freely.")

    @classmethod
    def of(cls, given: selectors.MonthGiven) -> GivenMonth:
        return cls(
            month=given.month,
            orders=given.orders,
            total=money(given.cents),
            from_provider=money(given.provider_cents),
            from_company=money(given.company_cents),
            from_employee=money(given.employee_cents),
        )


class FundGiving(graphene.ObjectType):
    """What my orders gave to the Fund, net of refunds."""

    total = graphene.Field(Money, required=True)
    months = graphene.List(
        graphene.NonNull(GivenMonth), required=True, description="Those with orders, oldest first."
    )


class FundTransparency(graphene.ObjectType):
    """Totals of the Fund; empty where one would stand for fewer than five people."""

    levied = graphene.Field(Money, required=True, description="Given by orders.")
    given_back = graphene.Field(Money, required=True, description="Of it, by refunds.")
    received = graphene.Field(
        Money, required=True, description="What orders gave and no refund took back."
    )
    requests = graphene.Int(description="Requests submitted.")
    awards = graphene.Int(description="Awards paid or reserved.")
    awarded = graphene.Field(Money, description="Paid or reserved.")
    spent = graphene.Field(Money, description="Of the credit that awards became.")


def resolve_transparency(info: Any, actor: Actor) -> FundTransparency:
    totals = transparency.transparency_of(selectors.the_fund())
    return FundTransparency(
        levied=money(totals.levied_cents),
        given_back=money(totals.given_back_cents),
        received=money(totals.levied_cents - totals.given_back_cents),
        requests=totals.requests,
        awards=totals.awards,
        awarded=money(totals.awarded_cents),
        spent=money(totals.spent_cents),
    )


def resolve_my_giving(info: Any, actor: Actor) -> FundGiving:
    months = selectors.given_by_month(actor.require_user())
    return FundGiving(
        total=money(sum(month.cents for month in months)),
        months=[GivenMonth.of(month) for month in months],
    )


def resolve_my_pledge(info: Any, actor: Actor) -> LevyPledge | None:
    return selectors.pledge_of(selectors.the_fund(), actor.require_user())


def resolve_fund(info: Any, actor: Actor) -> Fund:
    return selectors.the_fund()


def resolve_order_levy(info: Any, actor: Actor, order_id: str) -> OrderLevy | None:
    """None for an order that gave nothing, is unknown, or is somebody else's: all look the same."""
    levies = list(
        selectors.levies_of_order(
            from_global_text(order_id, "Order", field="orderId"), buyer_id=actor.require_user()
        )
    )
    if not levies:
        return None
    return OrderLevy(
        total=money(sum(levy.total_cents for levy in levies)),
        given_back=money(sum(levy.reversed_cents for levy in levies)),
        shares=[OrderLevyShare.of(levy) for levy in levies],
    )


class Queries(graphene.ObjectType):
    fund = field(
        FundType,
        roles=access.PUBLIC,
        resolver=resolve_fund,
        description="The Solidarity Fund: what it holds and the levy in force.",
    )
    fund_transparency = field(
        FundTransparency,
        roles=access.PUBLIC,
        resolver=resolve_transparency,
        description="What the Fund received and gave, in totals.",
    )
    my_fund_giving = field(
        FundGiving,
        roles=access.SIGNED_IN,
        resolver=resolve_my_giving,
        description="What my orders gave to the Solidarity Fund, by month.",
    )
    my_levy_pledge = field(
        LevyPledgeType,
        roles=access.SIGNED_IN,
        resolver=resolve_my_pledge,
        description="What I give the Fund on top of each purchase; null where nothing.",
    )
    order_levy = field(
        OrderLevy,
        roles=access.SIGNED_IN,
        resolver=resolve_order_levy,
        description="What an order of mine gave to the Solidarity Fund.",
        order_id=graphene.ID(required=True),
    )


class LevyPolicyInput(graphene.InputObjectType):
    provider_bps = graphene.Int(required=True, description="Basis points of the gross.")
    company_bps = graphene.Int(required=True, description="Basis points of the gross.")
    employee_bps = graphene.Int(description="Offered to employees, on top; none where left out.")
    employee_round_up = graphene.Boolean(description="Offered to employees; not where left out.")
    valid_from = graphene.Date(required=True)
    valid_until = graphene.Date(description="The last day in force; leave it out to stay open.")


class LevyPolicyCreate(WelfareMutation):
    class Meta:
        description = "Set the shares of a sale that go to the Fund from a day on."
        roles = (Role.OPERATOR, Role.COMMITTEE_CHAIR)

    policy = graphene.Field(LevyPolicyType)

    class Arguments:
        input = LevyPolicyInput(required=True)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> LevyPolicyCreate:
        given = data["input"]
        fund = selectors.the_fund()
        if not actor.has(Role.OPERATOR):
            actor.require(Role.COMMITTEE_CHAIR, organisation_id=fund.pk)
        policy = policies.levy_policy_create(
            fund=fund,
            provider_bps=given["provider_bps"],
            company_bps=given["company_bps"],
            employee_bps=given.get("employee_bps") or 0,
            employee_round_up=given.get("employee_round_up") or False,
            valid_from=given["valid_from"],
            valid_until=given.get("valid_until"),
            created_by_id=actor.user_id,
        )
        return cls(policy=policy)


class LevyPledgeSet(WelfareMutation):
    class Meta:
        description = "Give the Fund something on top of each purchase of mine, or stop to."
        roles = (Role.EMPLOYEE,)

    pledge = graphene.Field(LevyPledgeType, description="Null where nothing is given.")

    class Arguments:
        share = graphene.Boolean(required=True, description="The policy's share for employees.")
        round_up = graphene.Boolean(required=True, description="Up to the next whole euro.")

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> LevyPledgeSet:
        pledge = policies.levy_pledge_set(
            fund=selectors.the_fund(),
            user_id=actor.require_user(),
            share=data["share"],
            round_up=data["round_up"],
        )
        return cls(pledge=pledge)


class Mutations(graphene.ObjectType):
    levy_policy_create = LevyPolicyCreate.Field()
    levy_pledge_set = LevyPledgeSet.Field()
