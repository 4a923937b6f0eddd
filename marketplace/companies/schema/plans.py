"""Benefit categories and welfare plans in the API."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api import access
from marketplace.api.entities import Entity, from_global
from marketplace.api.fields import connection, field
from marketplace.api.loaders import load
from marketplace.api.money import money
from marketplace.api.mutations import WelfareMutation
from marketplace.companies import selectors
from marketplace.companies.models import LapseTo, PlanBudget, PlanSource, WelfarePlan
from marketplace.companies.schema.people import (
    CompanyType,
    StaffCategoryType,
    company_key,
    optional_key,
)
from marketplace.companies.services import budgets, plans
from marketplace.money import cents
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.shop.graphql import Decimal, Money

PlanSourceEnum = graphene.Enum("PlanSourceEnum", [(one.name, one.value) for one in PlanSource])
LapseToEnum = graphene.Enum("LapseToEnum", [(one.name, one.value) for one in LapseTo])


class BenefitCategoryType(Entity):
    """A letter of art. 51 TUIR: what credit may be spent on."""

    class Meta:
        name = "BenefitCategory"

    code = graphene.String(required=True)
    name = graphene.String(required=True, description="In the language of the request.")
    legal_source = graphene.String(required=True)
    note = graphene.String(required=True, description="What the law demands.")
    valid_from = graphene.Date(required=True)
    valid_until = graphene.Date()


class PlanBudgetType(graphene.ObjectType):
    """What one employee may spend of a plan in a benefit category per calendar year."""

    class Meta:
        name = "PlanBudget"

    category = graphene.Field(BenefitCategoryType, required=True)
    limit = graphene.Field(Money, required=True, description="In a calendar year.")
    valid_from = graphene.Date(required=True)
    valid_until = graphene.Date(description="The last day; none where nothing follows yet.")

    @staticmethod
    def resolve_limit(root: PlanBudget, info: Any) -> Any:
        return money(root.limit_cents)


class WelfarePlanType(Entity):
    """What a company gives, to all its staff or to one category of it."""

    class Meta:
        name = "WelfarePlan"
        noun = _("a welfare plan")

    company = graphene.Field(CompanyType, required=True)
    name = graphene.String(required=True)
    source = graphene.Field(PlanSourceEnum, required=True)
    source_reference = graphene.String(required=True)
    categories = graphene.List(graphene.NonNull(BenefitCategoryType), required=True)
    staff_category = graphene.Field(
        StaffCategoryType, description="Whom the plan is for, where it is not for all."
    )
    credit_months = graphene.Int(required=True, description="How long credit can be spent.")
    refund_grace_days = graphene.Int(
        required=True, description="How long credit that comes back after its end can be spent."
    )
    lapse_to = graphene.Field(LapseToEnum, required=True)
    valid_from = graphene.Date(required=True)
    valid_until = graphene.Date()
    in_force = graphene.Boolean(required=True, description="Credit may be given today.")
    budgets = graphene.List(
        graphene.NonNull(PlanBudgetType),
        required=True,
        description="Yearly limits per benefit category, of today and of later days.",
    )

    @staticmethod
    def resolve_categories(root: WelfarePlan, info: Any) -> Any:
        return root.categories.all()

    @staticmethod
    def resolve_in_force(root: WelfarePlan, info: Any) -> bool:
        return root.in_force_on()

    @staticmethod
    def resolve_budgets(root: WelfarePlan, info: Any) -> Any:
        return load(info, selectors.plan_budgets, root.pk)


def resolve_benefit_categories(info: Any, actor: Actor) -> Any:
    return selectors.benefit_categories()


def resolve_welfare_plans(info: Any, actor: Actor, company_id: str | None = None) -> Any:
    return selectors.welfare_plans(actor, optional_key(company_id, "Company", field="companyId"))


class Queries(graphene.ObjectType):
    benefit_categories = field(
        graphene.List(graphene.NonNull(BenefitCategoryType)),
        roles=access.PUBLIC,
        resolver=resolve_benefit_categories,
        description="The benefit categories in force, in the law's order.",
    )
    welfare_plans = connection(
        WelfarePlanType,
        roles=access.SIGNED_IN,
        resolver=resolve_welfare_plans,
        description="The plans of the companies that I manage or work for; all for the operator.",
        company_id=graphene.ID(),
    )


class PlanInput(graphene.InputObjectType):
    """Terms of a plan; of an update, what is not given stays."""

    name = graphene.String()
    source = PlanSourceEnum()
    source_reference = graphene.String()
    categories = graphene.List(graphene.NonNull(graphene.String), description="Codes.")
    staff_category_id = graphene.ID()
    credit_months = graphene.Int()
    refund_grace_days = graphene.Int()
    lapse_to = LapseToEnum()
    valid_from = graphene.Date()
    valid_until = graphene.Date()


# What may be taken away by null; of the others null means "not given".
NULLABLE = {"staff_category_id", "valid_until"}


def given_terms(given: dict[str, Any]) -> dict[str, Any]:
    """Terms as the service takes them."""
    terms = {name: term for name, term in given.items() if term is not None or name in NULLABLE}
    if "staff_category_id" in terms:
        terms["staff_category_id"] = optional_key(
            terms["staff_category_id"], "StaffCategory", field="staffCategoryId"
        )
    return terms


class PlanCreate(WelfareMutation):
    class Meta:
        description = "A welfare plan of a company: name, source, categories and first day needed."
        roles = (Role.COMPANY_MANAGER, Role.OPERATOR)

    class Arguments:
        company_id = graphene.ID(required=True)
        input = PlanInput(required=True)

    plan = graphene.Field(WelfarePlanType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, company_id: str, input: dict[str, Any]) -> PlanCreate:
        plan = plans.plan_create(
            actor=actor, company_id=company_key(company_id), terms=given_terms(input)
        )
        return cls(plan=plan)


class PlanUpdate(WelfareMutation):
    class Meta:
        description = "Change terms of a plan; credit already given keeps its expiry."
        roles = (Role.COMPANY_MANAGER, Role.OPERATOR)

    class Arguments:
        id = graphene.ID(required=True)
        input = PlanInput(required=True)

    plan = graphene.Field(WelfarePlanType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, id: str, input: dict[str, Any]) -> PlanUpdate:
        key = from_global(id, "WelfarePlan")
        return cls(plan=plans.plan_update(actor=actor, plan_id=key, changes=given_terms(input)))


class PlanBudgetSet(WelfareMutation):
    class Meta:
        description = (
            "Limit what one employee may spend of a plan in a benefit category per calendar year, "
            "from today or a later day; refunds count back. Without a limit it is taken away."
        )
        roles = (Role.COMPANY_MANAGER, Role.OPERATOR)

    class Arguments:
        plan_id = graphene.ID(required=True)
        category = graphene.String(required=True, description="Code of a benefit category.")
        limit = Decimal(description="In euro a year; null takes the limit away.")
        valid_from = graphene.Date(description="Today where it is not given.")

    plan = graphene.Field(WelfarePlanType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, plan_id: str, **data: Any) -> PlanBudgetSet:
        limit = data.get("limit")
        plan = budgets.plan_budget_set(
            actor=actor,
            plan_id=from_global(plan_id, "WelfarePlan", field="planId"),
            category=data["category"],
            limit_cents=None if limit is None else cents(limit, field="limit"),
            valid_from=data.get("valid_from"),
        )
        return cls(plan=plan)


class Mutations(graphene.ObjectType):
    plan_budget_set = PlanBudgetSet.Field()
    plan_create = PlanCreate.Field()
    plan_update = PlanUpdate.Field()
