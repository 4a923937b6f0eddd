"""Credit given to employees, in the API."""

from __future__ import annotations

from decimal import Decimal as Number
from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import Entity, from_global
from marketplace.api.fields import connection, nested_connection
from marketplace.api.money import money
from marketplace.api.mutations import WelfareMutation
from marketplace.companies import selectors
from marketplace.companies.models import Allocation, AllocationLine
from marketplace.companies.schema.people import EmploymentType, optional_key
from marketplace.companies.schema.plans import WelfarePlanType
from marketplace.companies.services import allocations, revocations
from marketplace.money import cents, positive_cents
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.refusals import Refusal, Refusals
from marketplace.shop.graphql import Decimal, Money


class CreditAllocationLine(Entity):
    """What one employee got."""

    class Meta:
        noun = _("a line of an allocation")

    employment = graphene.Field(EmploymentType, required=True)
    amount = graphene.Field(Money, required=True)

    @staticmethod
    def resolve_amount(root: AllocationLine, info: Any) -> Any:
        return money(root.cents)


def resolve_lines(root: Allocation, info: Any) -> Any:
    return selectors.allocation_lines(root)


class CreditAllocation(Entity):
    """Credit given out of a company's budget in one action."""

    plan = graphene.Field(WelfarePlanType, required=True)
    total = graphene.Field(Money, required=True)
    count = graphene.Int(required=True, description="How many employees got something.")
    expires_on = graphene.Date(required=True, description="The last day to spend it.")
    created_at = graphene.DateTime(required=True)
    lines = nested_connection(
        CreditAllocationLine, resolver=resolve_lines, description="Who got what."
    )

    @staticmethod
    def resolve_total(root: Allocation, info: Any) -> Any:
        return money(root.total_cents)


def resolve_allocations(info: Any, actor: Actor, company_id: str | None = None) -> Any:
    return selectors.allocations(actor, optional_key(company_id, "Company", field="companyId"))


class Queries(graphene.ObjectType):
    allocations = connection(
        CreditAllocation,
        roles=(Role.COMPANY_MANAGER,),
        resolver=resolve_allocations,
        description="Credit given by the companies that I manage, newest first.",
        company_id=graphene.ID(),
    )


class CreditLineInput(graphene.InputObjectType):
    """What one employee is to get."""

    employment_id = graphene.ID(required=True)
    amount = Decimal(required=True, description="In euro.")


class CreditAllocate(WelfareMutation):
    class Meta:
        description = (
            "Give credit out of the budget: either `lines`, an amount each, or `amountEach` to "
            "all who work for the company today (of one category of staff, where it is named). "
            "All of it or none. The same key again returns the same allocation."
        )
        roles = (Role.COMPANY_MANAGER,)

    class Arguments:
        plan_id = graphene.ID(required=True)
        lines = graphene.List(graphene.NonNull(CreditLineInput))
        amount_each = Decimal(description="In euro.")
        staff_category_id = graphene.ID()
        idempotency_key = graphene.String(required=True)

    allocation = graphene.Field(CreditAllocation)

    @classmethod
    def perform(
        cls,
        info: Any,
        actor: Actor,
        plan_id: str,
        idempotency_key: str,
        lines: list[Any] | None = None,
        amount_each: Number | None = None,
        staff_category_id: str | None = None,
    ) -> CreditAllocate:
        plan = from_global(plan_id, "WelfarePlan", field="planId")
        if (lines is None) == (amount_each is None):
            raise Refusal(
                "LINES_OR_AMOUNT",
                _("Give either lines, or an amount for each; not both."),
                field="lines",
            )
        if lines is not None:
            made = allocations.credit_allocate(
                actor=actor,
                plan_id=plan,
                lines=given_lines(lines),
                idempotency_key=idempotency_key,
            )
        else:
            made = allocations.credit_allocate_equally(
                actor=actor,
                plan_id=plan,
                staff_category_id=optional_key(
                    staff_category_id, "StaffCategory", field="staffCategoryId"
                ),
                cents_each=positive_cents(amount_each or Number(0), field="amountEach"),
                idempotency_key=idempotency_key,
            )
        return cls(allocation=made)


def given_lines(lines: list[Any]) -> list[allocations.CreditLine]:
    """The lines with keys and cents; Refusals naming each line that cannot be read."""
    read: list[allocations.CreditLine] = []
    wrong: list[Refusal] = []
    for number, line in enumerate(lines, 1):
        try:
            key = from_global(line["employment_id"], "Employment", field="lines")
            read.append(allocations.CreditLine(key, cents(line["amount"], field="lines")))
        except Refusal as refusal:
            message = _("Line %(line)s: %(why)s") % {"line": number, "why": refusal.message}
            wrong.append(Refusal(refusal.code, message, field="lines", line=number))
    if wrong:
        raise Refusals(wrong)
    return read


class CreditRevoke(WelfareMutation):
    class Meta:
        description = (
            "Take back into the budget what one employee has not spent of an allocation, where "
            "the plan is voluntary. What is set aside for a checkout stays."
        )
        roles = (Role.COMPANY_MANAGER,)

    class Arguments:
        allocation_line_id = graphene.ID(required=True)

    amount = graphene.Field(Money, description="What went back to the budget.")

    @classmethod
    def perform(cls, info: Any, actor: Actor, allocation_line_id: str) -> CreditRevoke:
        key = from_global(allocation_line_id, "CreditAllocationLine", field="allocationLineId")
        revoked = revocations.credit_revoke(actor=actor, allocation_line_id=key)
        return cls(amount=money(revoked.cents))


class Mutations(graphene.ObjectType):
    credit_allocate = CreditAllocate.Field()
    credit_revoke = CreditRevoke.Field()
