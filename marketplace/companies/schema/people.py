"""Companies and employments in the API."""

from __future__ import annotations

from datetime import date
from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api import access
from marketplace.api.entities import Entity, from_global, not_found
from marketplace.api.fields import connection, field
from marketplace.api.money import money
from marketplace.api.mutations import WelfareMutation
from marketplace.companies import selectors
from marketplace.companies.models import Company, Employment
from marketplace.companies.services import employments
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.shop.graphql import Money
from marketplace.territory.schema import ComuneType


class StaffCategoryType(Entity):
    """A category of a company's staff."""

    class Meta:
        name = "StaffCategory"
        noun = _("a category of staff")

    name = graphene.String(required=True)


class CompanyType(Entity):
    """A client company."""

    class Meta:
        name = "Company"
        noun = _("a company")

    name = graphene.String(required=True)
    vat_number = graphene.String(required=True)
    comune = graphene.Field(ComuneType)
    staff_categories = graphene.List(graphene.NonNull(StaffCategoryType), required=True)
    labour_cost = graphene.Field(
        Money, description="Yearly cost of labour, where known; for the company's managers."
    )

    @staticmethod
    def resolve_name(root: Company, info: Any) -> str:
        return root.organisation.name

    @staticmethod
    def resolve_vat_number(root: Company, info: Any) -> str:
        return root.organisation.vat_number

    @staticmethod
    def resolve_staff_categories(root: Company, info: Any) -> Any:
        return root.staff_categories.all()

    @staticmethod
    def resolve_labour_cost(root: Company, info: Any) -> Any:
        actor = access.actor_from(info)
        manages = actor.has(Role.COMPANY_MANAGER, organisation_id=root.pk)
        return money(root.labour_cost_cents) if manages or actor.has(Role.OPERATOR) else None


class EmploymentType(Entity):
    """One person's work for one company."""

    class Meta:
        name = "Employment"
        noun = _("an employment")

    first_name = graphene.String(required=True)
    last_name = graphene.String(required=True)
    email = graphene.String(required=True)
    company = graphene.Field(CompanyType, required=True)
    staff_category = graphene.Field(StaffCategoryType)
    comune = graphene.Field(ComuneType)
    since = graphene.Date(required=True)
    until = graphene.Date(description="The last day, where there is one.")
    payroll_number = graphene.String(required=True)
    in_force = graphene.Boolean(required=True, description="Works for the company today.")

    @staticmethod
    def resolve_first_name(root: Employment, info: Any) -> str:
        return root.user.first_name

    @staticmethod
    def resolve_last_name(root: Employment, info: Any) -> str:
        return root.user.last_name

    @staticmethod
    def resolve_email(root: Employment, info: Any) -> str:
        return root.user.email

    @staticmethod
    def resolve_in_force(root: Employment, info: Any) -> bool:
        return root.in_force_on()


def company_key(gid: str, *, field: str = "companyId") -> int:
    """The key in a company's global id."""
    return from_global(gid, "Company", field=field)


def optional_key(gid: str | None, type_name: str, *, field: str) -> int | None:
    """The key in a global id that may be left out."""
    return None if gid is None else from_global(gid, type_name, field=field)


def resolve_my_company(info: Any, actor: Actor) -> Company | None:
    return selectors.company_of(actor)


def resolve_company(info: Any, actor: Actor, id: str) -> Company:
    company = selectors.companies_managed(actor).filter(pk=company_key(id, field="id")).first()
    if company is None:
        raise not_found("Company")
    return company


def resolve_employments(info: Any, actor: Actor, company_id: str | None = None) -> Any:
    return selectors.employments(actor, optional_key(company_id, "Company", field="companyId"))


class Queries(graphene.ObjectType):
    my_company = field(
        CompanyType,
        roles=access.SIGNED_IN,
        resolver=resolve_my_company,
        description="The company that I manage or work for.",
    )
    company = field(
        CompanyType,
        roles=(Role.COMPANY_MANAGER, Role.OPERATOR),
        resolver=resolve_company,
        description="A company that I manage; any for the operator.",
        id=graphene.ID(required=True),
    )
    employments = connection(
        EmploymentType,
        roles=access.SIGNED_IN,
        resolver=resolve_employments,
        description="The employments in the companies that I manage, and my own.",
        company_id=graphene.ID(),
    )


class EmploymentCreate(WelfareMutation):
    class Meta:
        description = (
            "Take somebody on. Who has a role already keeps name and password; anybody else "
            "chooses a password by letter."
        )
        roles = (Role.COMPANY_MANAGER,)

    class Arguments:
        company_id = graphene.ID(required=True)
        email = graphene.String(required=True)
        first_name = graphene.String()
        last_name = graphene.String()
        since = graphene.Date(required=True)
        staff_category_id = graphene.ID()
        comune_id = graphene.ID()
        payroll_number = graphene.String()

    employment = graphene.Field(EmploymentType)

    @classmethod
    def perform(
        cls,
        info: Any,
        actor: Actor,
        company_id: str,
        email: str,
        since: date,
        staff_category_id: str | None = None,
        comune_id: str | None = None,
        **texts: str | None,
    ) -> EmploymentCreate:
        employment = employments.employment_create(
            actor=actor,
            company_id=company_key(company_id),
            email=email,
            since=since,
            staff_category_id=optional_key(
                staff_category_id, "StaffCategory", field="staffCategoryId"
            ),
            comune_id=optional_key(comune_id, "Comune", field="comuneId"),
            **{name: text or "" for name, text in texts.items()},
        )
        return cls(employment=employment)


class EmploymentInput(graphene.InputObjectType):
    """What may change of an employment; what is not given stays, null takes it away."""

    staff_category_id = graphene.ID()
    comune_id = graphene.ID()
    payroll_number = graphene.String()


class EmploymentUpdate(WelfareMutation):
    class Meta:
        description = "Change category of staff, comune or payroll number."
        roles = (Role.COMPANY_MANAGER,)

    class Arguments:
        id = graphene.ID(required=True)
        input = EmploymentInput(required=True)

    employment = graphene.Field(EmploymentType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, id: str, input: dict[str, Any]) -> EmploymentUpdate:
        given = dict(input)
        for name, type_name, named in (
            ("staff_category_id", "StaffCategory", "staffCategoryId"),
            ("comune_id", "Comune", "comuneId"),
        ):
            if name in given:
                given[name] = optional_key(given[name], type_name, field=named)
        if "payroll_number" in given:
            given["payroll_number"] = given["payroll_number"] or ""
        key = from_global(id, "Employment")
        return cls(
            employment=employments.employment_update(actor=actor, employment_id=key, **given)
        )


class EmploymentEnd(WelfareMutation):
    class Meta:
        description = "Say which day is somebody's last; credit already given stays spendable."
        roles = (Role.COMPANY_MANAGER,)

    class Arguments:
        id = graphene.ID(required=True)
        until = graphene.Date(required=True, description="The last day of work.")

    employment = graphene.Field(EmploymentType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, id: str, until: date) -> EmploymentEnd:
        key = from_global(id, "Employment")
        return cls(
            employment=employments.employment_end(actor=actor, employment_id=key, until=until)
        )


class StaffCategoryCreate(WelfareMutation):
    class Meta:
        description = "A category of staff; the same name again returns the same one."
        roles = (Role.COMPANY_MANAGER,)

    class Arguments:
        company_id = graphene.ID(required=True)
        name = graphene.String(required=True)

    staff_category = graphene.Field(StaffCategoryType)

    @classmethod
    def perform(cls, info: Any, actor: Actor, company_id: str, name: str) -> StaffCategoryCreate:
        made = employments.staff_category_create(
            actor=actor, company_id=company_key(company_id), name=name
        )
        return cls(staff_category=made)


class Mutations(graphene.ObjectType):
    employment_create = EmploymentCreate.Field()
    employment_update = EmploymentUpdate.Field()
    employment_end = EmploymentEnd.Field()
    staff_category_create = StaffCategoryCreate.Field()
