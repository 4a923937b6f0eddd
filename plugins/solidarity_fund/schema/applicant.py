"""What who asks may do: draft, try, submit, withdraw, and see the own requests."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils import timezone

from marketplace.api import access
from marketplace.api.entities import from_global
from marketplace.api.fields import connection, field
from marketplace.api.mutations import WelfareMutation
from marketplace.money import cents, positive_cents
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.shop.graphql import Decimal
from plugins.solidarity_fund import dossier, requests, selectors
from plugins.solidarity_fund.models import FundRequest, Regulation
from plugins.solidarity_fund.schema.types import (
    FundPrecheck,
    FundRegulation,
    FundRequestFile,
    FundRequestType,
)


class FundRequestInput(graphene.InputObjectType):
    reason = graphene.String(required=True, description="Code of a reason of the Regolamento.")
    description = graphene.String(required=True, description="Up to 4,000 characters.")
    isee = Decimal(required=True, description="The household's ISEE, in euro.")
    household_size = graphene.Int(required=True)
    amount = Decimal(required=True, description="What is asked, in euro.")


def _asked(given: Any) -> requests.Asked:
    return requests.Asked(
        reason=given["reason"],
        description=given["description"],
        isee_cents=cents(given["isee"], field="isee"),
        household=given["household_size"],
        asked_cents=positive_cents(given["amount"], field="amount"),
    )


def resolve_regulation(info: Any, actor: Actor) -> Regulation:
    return selectors.regulation_on(selectors.the_fund(), timezone.localdate())


def resolve_my_requests(info: Any, actor: Actor) -> Any:
    return selectors.requests_of(actor.require_user())


def resolve_precheck(info: Any, actor: Actor, input: Any) -> FundPrecheck:
    return FundPrecheck.of(
        requests.fund_request_try(actor=actor, fund=selectors.the_fund(), asked=_asked(input))
    )


def resolve_file(info: Any, actor: Actor, id: str) -> FundRequestFile:
    opened = dossier.open_file(actor=actor, request_id=from_global(id, "FundRequest"))
    return FundRequestFile(
        request=opened.request,
        description=opened.description,
        household_size=opened.household,
        precheck=FundPrecheck.of(opened.precheck),
        motivation=opened.motivation,
    )


class Queries(graphene.ObjectType):
    fund_regulation = field(
        FundRegulation,
        roles=access.PUBLIC,
        resolver=resolve_regulation,
        description="The Fund's Regolamento in force today.",
    )
    my_fund_requests = connection(
        FundRequestType,
        roles=access.SIGNED_IN,
        resolver=resolve_my_requests,
        description="My requests to the Fund, newest first.",
    )
    fund_request_precheck = field(
        FundPrecheck,
        roles=(Role.EMPLOYEE,),
        resolver=resolve_precheck,
        description="What the rules would say of a request of mine; nothing is kept.",
        input=FundRequestInput(required=True),
    )
    fund_request_file = field(
        FundRequestFile,
        roles=access.SIGNED_IN,
        resolver=resolve_file,
        description=(
            "A request with its description and what the rules say of it: for who asks, and for "
            "members of the committee who are not recused. Each opening is logged."
        ),
        id=graphene.ID(required=True),
    )


class FundRequestCreate(WelfareMutation):
    class Meta:
        description = "Draft a request to the Fund; nobody else sees it before it is submitted."
        roles = (Role.EMPLOYEE,)

    request = graphene.Field(FundRequestType)

    class Arguments:
        input = FundRequestInput(required=True)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> FundRequestCreate:
        made = requests.fund_request_create(
            actor=actor, fund=selectors.the_fund(), asked=_asked(data["input"])
        )
        return cls(request=made)


class FundRequestSubmit(WelfareMutation):
    class Meta:
        description = "Hand a draft of mine to the committee."
        roles = (Role.EMPLOYEE,)

    request = graphene.Field(FundRequestType)

    class Arguments:
        id = graphene.ID(required=True)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> FundRequestSubmit:
        request_id = from_global(data["id"], "FundRequest")
        done: FundRequest = requests.fund_request_submit(actor=actor, request_id=request_id)
        return cls(request=done)


class FundRequestWithdraw(WelfareMutation):
    class Meta:
        description = "Take a request of mine back, as long as it is not rejected or paid."
        # Who has left the company meanwhile may still withdraw.
        roles = access.SIGNED_IN

    request = graphene.Field(FundRequestType)

    class Arguments:
        id = graphene.ID(required=True)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> FundRequestWithdraw:
        request_id = from_global(data["id"], "FundRequest")
        done: FundRequest = requests.fund_request_withdraw(actor=actor, request_id=request_id)
        return cls(request=done)


class Mutations(graphene.ObjectType):
    fund_request_create = FundRequestCreate.Field()
    fund_request_submit = FundRequestSubmit.Field()
    fund_request_withdraw = FundRequestWithdraw.Field()
