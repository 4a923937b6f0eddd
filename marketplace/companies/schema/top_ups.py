"""Budgets and top-ups in the API."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as Number
from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import Entity, from_global, not_found
from marketplace.api.fields import connection
from marketplace.api.money import money
from marketplace.api.mutations import WelfareMutation
from marketplace.companies import selectors
from marketplace.companies.models import TopUp, TopUpMethod, TopUpStatus
from marketplace.companies.schema.people import CompanyType, company_key, optional_key
from marketplace.companies.services import top_ups
from marketplace.money import positive_cents
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.shop.graphql import Decimal, Money

TopUpMethodEnum = graphene.Enum("TopUpMethodEnum", [(one.name, one.value) for one in TopUpMethod])
TopUpStatusEnum = graphene.Enum("TopUpStatusEnum", [(one.name, one.value) for one in TopUpStatus])


class TopUpType(Entity):
    """A payment into a company's budget."""

    class Meta:
        name = "TopUp"
        noun = _("a top-up")

    company = graphene.Field(CompanyType, required=True)
    amount = graphene.Field(Money, required=True)
    method = graphene.Field(TopUpMethodEnum, required=True)
    status = graphene.Field(TopUpStatusEnum, required=True)
    failure = graphene.String(required=True, description="Why the last attempt failed.")
    payment_intent_id = graphene.String(description="Stripe's id of the payment.")
    bank_transfer_text = graphene.String(
        description="What to write on the bank transfer, so that it is recognised."
    )
    bank_reference = graphene.String(required=True)
    paid_on = graphene.Date()
    created_at = graphene.DateTime(required=True)

    @staticmethod
    def resolve_amount(root: TopUp, info: Any) -> Any:
        return money(root.amount_cents)

    @staticmethod
    def resolve_payment_intent_id(root: TopUp, info: Any) -> str | None:
        return root.payment_intent

    @staticmethod
    def resolve_bank_transfer_text(root: TopUp, info: Any) -> str | None:
        return root.bank_transfer_text


class TopUpFindingType(Entity):
    """A difference between Stripe and us that a person must settle."""

    class Meta:
        name = "TopUpFinding"

    code = graphene.String(required=True)
    sentence = graphene.String(required=True)
    detail = graphene.String(required=True)
    payment_intent_id = graphene.String(required=True)
    top_up = graphene.Field(TopUpType)
    found_at = graphene.DateTime(required=True)

    @staticmethod
    def resolve_sentence(root: Any, info: Any) -> str:
        return str(root.get_code_display())

    @staticmethod
    def resolve_payment_intent_id(root: Any, info: Any) -> str:
        return root.payment_intent


def resolve_top_ups(info: Any, actor: Actor, company_id: str | None = None) -> Any:
    return selectors.top_ups(actor, optional_key(company_id, "Company", field="companyId"))


def resolve_top_up_findings(info: Any, actor: Actor) -> Any:
    return selectors.top_up_findings()


class Queries(graphene.ObjectType):
    top_ups = connection(
        TopUpType,
        roles=(Role.COMPANY_MANAGER, Role.OPERATOR),
        resolver=resolve_top_ups,
        description="The top-ups of the companies that I manage, newest first; all for the "
        "operator.",
        company_id=graphene.ID(),
    )
    top_up_findings = connection(
        TopUpFindingType,
        roles=(Role.OPERATOR,),
        resolver=resolve_top_up_findings,
        description="Payments that Stripe speaks of and that somebody must look at.",
    )


class CompanyTopUpCreate(WelfareMutation):
    class Meta:
        description = (
            "Ask for money into a company's budget. By card or direct debit: confirm the payment "
            "at Stripe with the client secret. By bank transfer: write its text on the transfer. "
            "The same key again returns the same top-up."
        )
        roles = (Role.COMPANY_MANAGER,)
        # The top-up is committed before Stripe is called: a payment is never unknown to us.
        atomic = False

    class Arguments:
        company_id = graphene.ID(required=True)
        amount = Decimal(required=True, description="In euro.")
        method = TopUpMethodEnum(required=True)
        idempotency_key = graphene.String(required=True)

    top_up = graphene.Field(TopUpType)
    client_secret = graphene.String(
        description="With which the payer's client confirms the payment at Stripe."
    )

    @classmethod
    def perform(
        cls,
        info: Any,
        actor: Actor,
        company_id: str,
        amount: Number,
        method: str,
        idempotency_key: str,
    ) -> CompanyTopUpCreate:
        asked = top_ups.top_up_create(
            actor=actor,
            company_id=company_key(company_id),
            amount_cents=positive_cents(amount, field="amount"),
            method=method,
            idempotency_key=idempotency_key,
        )
        return cls(top_up=asked.top_up, client_secret=asked.client_secret or None)


class CompanyTopUpConfirm(WelfareMutation):
    class Meta:
        description = "A bank transfer has come: by an operator, never who asked for the top-up."
        roles = (Role.OPERATOR,)

    class Arguments:
        id = graphene.ID(required=True)
        paid_on = graphene.Date(required=True, description="The bank's value date.")
        bank_reference = graphene.String(
            required=True, description="The bank's own reference of the transfer (CRO or TRN)."
        )

    top_up = graphene.Field(TopUpType)

    @classmethod
    def perform(
        cls, info: Any, actor: Actor, id: str, paid_on: date, bank_reference: str
    ) -> CompanyTopUpConfirm:
        confirmed = top_ups.top_up_confirm(
            actor=actor,
            top_up_id=from_global(id, "TopUp"),
            paid_on=paid_on,
            bank_reference=bank_reference,
        )
        return cls(top_up=confirmed)


class CompanyTopUpRefresh(WelfareMutation):
    class Meta:
        description = "Ask Stripe how a top-up stands, where its news seems to be lost."
        roles = (Role.COMPANY_MANAGER, Role.OPERATOR)
        # No transaction stays open while Stripe thinks.
        atomic = False

    class Arguments:
        id = graphene.ID(required=True)

    top_up = graphene.Field(TopUpType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, id: str) -> CompanyTopUpRefresh:
        key = from_global(id, "TopUp")
        if not selectors.top_ups(actor).filter(pk=key).exists():
            raise not_found("TopUp")
        return cls(top_up=top_ups.top_up_refresh(top_up_id=key))


class Mutations(graphene.ObjectType):
    company_top_up_create = CompanyTopUpCreate.Field()
    company_top_up_confirm = CompanyTopUpConfirm.Field()
    company_top_up_refresh = CompanyTopUpRefresh.Field()
