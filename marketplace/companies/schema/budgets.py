"""A company's budget in the API: what is there, and how it came and went."""

from __future__ import annotations

from typing import Any

import graphene

from marketplace.api.entities import not_found
from marketplace.api.fields import field, nested_connection
from marketplace.api.money import money
from marketplace.companies import selectors
from marketplace.companies.models import Company
from marketplace.companies.schema.people import CompanyType, company_key
from marketplace.ledger.schema import LedgerEntry
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.shop.graphql import Money


def resolve_movements(root: Company, info: Any) -> Any:
    return selectors.budget_statement(root)


class CompanyBudget(graphene.ObjectType):
    """The money that a company has paid in and not yet given."""

    company = graphene.Field(CompanyType, required=True)
    balance = graphene.Field(Money, required=True)
    movements = nested_connection(
        LedgerEntry, resolver=resolve_movements, description="In and out, newest first."
    )

    @staticmethod
    def resolve_company(root: Company, info: Any) -> Company:
        return root

    @staticmethod
    def resolve_balance(root: Company, info: Any) -> Any:
        return money(selectors.budget_cents(root))


def resolve_budget(info: Any, actor: Actor, company_id: str) -> Company:
    company = selectors.companies_managed(actor).filter(pk=company_key(company_id)).first()
    if company is None:
        raise not_found("Company", field="companyId")
    return company


class Queries(graphene.ObjectType):
    budget = field(
        CompanyBudget,
        roles=(Role.COMPANY_MANAGER, Role.OPERATOR),
        resolver=resolve_budget,
        description="The budget of a company that I manage; any for the operator.",
        company_id=graphene.ID(required=True),
    )
