"""What the room reads, already narrowed to what the actor may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from marketplace.companies.models import (
    Allocation,
    AllocationLine,
    BenefitCategory,
    Company,
    Employment,
    TopUp,
    TopUpFinding,
    TopUpMethod,
    TopUpStatus,
    WelfarePlan,
)
from marketplace.companies.models.people import employments_in_force
from marketplace.companies.models.plans import valid_on
from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.ledger.selectors import account_statement, balance
from marketplace.ledger.statements import StatementQuerySet
from marketplace.people.actor import Actor
from marketplace.people.models import Role

REFRESHED_AT_ONCE = 200
REFRESHED_FOR = timedelta(days=60)
# Younger ones are being paid just now, and their webhook is on its way.
REFRESHED_AFTER = timedelta(minutes=1)


def companies_managed(actor: Actor) -> QuerySet[Company]:
    """The companies that the actor manages; every company for an operator."""
    companies = Company.objects.select_related("organisation", "comune__ambito").prefetch_related(
        "staff_categories"
    )
    if actor.has(Role.OPERATOR):
        return companies
    return companies.filter(pk__in=actor.organisations(Role.COMPANY_MANAGER))


def company_of(actor: Actor) -> Company | None:
    """The company that the actor manages, or works for today; the first one where several."""
    managed = actor.organisations(Role.COMPANY_MANAGER)
    works = Employment.objects.filter(employments_in_force(), user_id=actor.user_id)
    return (
        Company.objects.select_related("organisation", "comune__ambito")
        .prefetch_related("staff_categories")
        .filter(Q(pk__in=managed) | Q(pk__in=works.values("company_id")))
        .first()
    )


def employments(actor: Actor, company_id: int | None = None) -> QuerySet[Employment]:
    """The employments of the companies that the actor manages, and the actor's own."""
    managed = actor.organisations(Role.COMPANY_MANAGER)
    found = Employment.objects.filter(Q(company_id__in=managed) | Q(user_id=actor.user_id))
    if company_id is not None:
        found = found.filter(company_id=company_id)
    return _with_company(
        found.select_related("user", "staff_category", "comune__ambito").order_by("pk")
    )


def welfare_plans(actor: Actor, company_id: int | None = None) -> QuerySet[WelfarePlan]:
    """The plans of the companies that the actor manages or works for; all for an operator."""
    found = WelfarePlan.objects.select_related("staff_category").prefetch_related("categories")
    if not actor.has(Role.OPERATOR):
        managed = actor.organisations(Role.COMPANY_MANAGER)
        works = Employment.objects.filter(employments_in_force(), user_id=actor.user_id)
        found = found.filter(
            Q(company_id__in=managed) | Q(company_id__in=works.values("company_id"))
        )
    if company_id is not None:
        found = found.filter(company_id=company_id)
    return _with_company(found.order_by("pk"))


def benefit_categories() -> QuerySet[BenefitCategory]:
    """The categories in force today, in the law's order."""
    return BenefitCategory.objects.filter(valid_on())


def budget_cents(company: Company) -> int:
    """What the company has paid in and not yet given."""
    return balance(account(AccountKind.COMPANY_BUDGET, company.pk))


def budget_statement(company: Company) -> StatementQuerySet:
    """The budget's movements, newest first, with the balance after each."""
    return account_statement(account(AccountKind.COMPANY_BUDGET, company.pk))


def top_ups(actor: Actor, company_id: int | None = None) -> QuerySet[TopUp]:
    """The top-ups of the companies that the actor manages; all for an operator."""
    found = TopUp.objects.all()
    if not actor.has(Role.OPERATOR):
        found = found.filter(company_id__in=actor.organisations(Role.COMPANY_MANAGER))
    if company_id is not None:
        found = found.filter(company_id=company_id)
    return _with_company(found.order_by("-pk"))


def top_ups_to_refresh() -> list[int]:
    """Ids of the top-ups whose payment Stripe should be asked about, least recently asked first."""
    now = timezone.now()
    waiting = TopUp.objects.filter(
        status__in=(TopUpStatus.PENDING, TopUpStatus.PROCESSING),
        created_at__gte=now - REFRESHED_FOR,
        created_at__lte=now - REFRESHED_AFTER,
    ).exclude(method=TopUpMethod.BANK_TRANSFER)
    return list(waiting.order_by("updated_at").values_list("pk", flat=True)[:REFRESHED_AT_ONCE])


def top_up_findings() -> QuerySet[TopUpFinding]:
    """What an operator must settle with Stripe, newest first."""
    return _with_company(TopUpFinding.objects.order_by("-pk"), "top_up__company")


def allocations(actor: Actor, company_id: int | None = None) -> QuerySet[Allocation]:
    """The allocations of the companies that the actor manages."""
    found = Allocation.objects.filter(
        company_id__in=actor.organisations(Role.COMPANY_MANAGER)
    ).select_related("plan__staff_category")
    if company_id is not None:
        found = found.filter(company_id=company_id)
    return _with_company(
        found.prefetch_related("plan__categories").order_by("-pk"), "plan__company"
    )


def allocation_lines(allocation: Allocation) -> QuerySet[AllocationLine]:
    """What each employee got in an allocation."""
    lines = AllocationLine.objects.filter(allocation=allocation).select_related(
        "employment__user", "employment__staff_category", "employment__comune__ambito"
    )
    return _with_company(lines, "employment__company")


def _with_company(rows: QuerySet[Any], path: str = "company") -> QuerySet[Any]:
    """The rows with all that a company shows, in two queries whatever their number."""
    return rows.select_related(f"{path}__organisation", f"{path}__comune__ambito").prefetch_related(
        f"{path}__staff_categories"
    )
