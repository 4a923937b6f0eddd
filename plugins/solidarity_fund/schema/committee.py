"""What the committee and the treasurer do; neither learns who asks."""

from __future__ import annotations

from typing import Any

import graphene

from marketplace.api.entities import from_global
from marketplace.api.fields import connection
from marketplace.api.mutations import WelfareMutation
from marketplace.money import positive_cents
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.shop.graphql import Decimal
from plugins.solidarity_fund import awards, committee, recusal, selectors
from plugins.solidarity_fund.cases import COMMITTEE
from plugins.solidarity_fund.schema.types import (
    FundAward,
    FundMinute,
    FundRequestType,
    FundVoteValue,
)


def resolve_requests(info: Any, actor: Actor) -> Any:
    return selectors.requests_before(actor)


def resolve_minutes(info: Any, actor: Actor, request: str) -> Any:
    request_id = from_global(request, "FundRequest", field="request")
    found = selectors.minutes_before(actor, request_id)
    recusal.require_no_conflict(selectors.request_before(actor, request_id), actor)
    return found


def resolve_awards(info: Any, actor: Actor) -> Any:
    return selectors.awards_before(actor)


class Queries(graphene.ObjectType):
    fund_requests = connection(
        FundRequestType,
        roles=COMMITTEE,
        resolver=resolve_requests,
        description="Requests submitted to my committee, newest first, under their pseudonyms.",
    )
    fund_minutes = connection(
        FundMinute,
        roles=COMMITTEE,
        resolver=resolve_minutes,
        description="The minutes of a request, oldest first; not for who is recused.",
        request=graphene.ID(required=True),
    )
    fund_awards = connection(
        FundAward,
        roles=(Role.TREASURER,),
        resolver=resolve_awards,
        description="Awards of my Fund, newest first: a pseudonym and an amount.",
    )


class FundRequestReviewStart(WelfareMutation):
    class Meta:
        description = "Open the examination of a submitted request."
        roles = COMMITTEE

    request = graphene.Field(FundRequestType)

    class Arguments:
        id = graphene.ID(required=True)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> FundRequestReviewStart:
        request_id = from_global(data["id"], "FundRequest")
        committee.fund_request_review_start(actor=actor, request_id=request_id)
        return cls(request=selectors.request_before(actor, request_id))


class ConflictDeclare(WelfareMutation):
    class Meta:
        description = "Declare a conflict of mine on a request, and take no part in it."
        roles = COMMITTEE

    request = graphene.Field(FundRequestType)

    class Arguments:
        id = graphene.ID(required=True)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> ConflictDeclare:
        request_id = from_global(data["id"], "FundRequest")
        committee.conflict_declare(actor=actor, request_id=request_id)
        return cls(request=selectors.request_before(actor, request_id))


class FundRequestVote(WelfareMutation):
    class Meta:
        description = "Cast my one vote on a request under review."
        roles = COMMITTEE

    request = graphene.Field(FundRequestType)

    class Arguments:
        id = graphene.ID(required=True)
        value = FundVoteValue(required=True)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> FundRequestVote:
        request_id = from_global(data["id"], "FundRequest")
        committee.fund_request_vote(actor=actor, request_id=request_id, value=data["value"])
        return cls(request=selectors.request_before(actor, request_id))


class FundRequestDecide(WelfareMutation):
    class Meta:
        description = "Take down what the votes came to, and reserve the award where they approve."
        roles = (Role.COMMITTEE_CHAIR,)

    request = graphene.Field(FundRequestType)

    class Arguments:
        id = graphene.ID(required=True)
        amount = Decimal(description="The award in euro; needed where the votes approve.")
        motivation = graphene.String(description="Needed where the rules advise less.")

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> FundRequestDecide:
        request_id = from_global(data["id"], "FundRequest")
        amount = data.get("amount")
        committee.fund_request_decide(
            actor=actor,
            request_id=request_id,
            award_cents=None if amount is None else positive_cents(amount, field="amount"),
            motivation=data.get("motivation") or "",
        )
        return cls(request=selectors.request_before(actor, request_id))


class AwardPay(WelfareMutation):
    class Meta:
        description = "Pay the award of a request as credit; who voted or decided may not."
        roles = (Role.TREASURER,)

    award = graphene.Field(FundAward)

    class Arguments:
        id = graphene.ID(required=True, description="The request's id.")

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> AwardPay:
        request_id = from_global(data["id"], "FundRequest")
        return cls(award=awards.award_pay(actor=actor, request_id=request_id))


class Mutations(graphene.ObjectType):
    fund_request_review_start = FundRequestReviewStart.Field()
    conflict_declare = ConflictDeclare.Field()
    fund_request_vote = FundRequestVote.Field()
    fund_request_decide = FundRequestDecide.Field()
    award_pay = AwardPay.Field()
