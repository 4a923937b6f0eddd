"""What the room reads, already narrowed to what the actor may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from marketplace.companies.models import (
    Allocation,
    AllocationLine,
    BenefitCategory,
    Company,
    Employment,
    PlanBudget,
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
from marketplace.territory.models import Comune

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


def comune_of_employment(user_id: int) -> Comune | None:
    """The comune of somebody's employment of today, or of its company; the latest one's."""
    found = (
        Employment.objects.filter(employments_in_force(), user_id=user_id)
        .select_related("comune__ambito", "company__comune__ambito")
        .order_by("-since", "-pk")
        .first()
    )
    return (found.comune or found.company.comune) if found else None


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


def plan_budgets(plan_ids: Sequence[int]) -> dict[int, list[PlanBudget]]:
    """By plan: the limits of today and those set for later days, in the law's order."""
    today = timezone.localdate()
    found: dict[int, list[PlanBudget]] = {plan_id: [] for plan_id in plan_ids}
    rows = PlanBudget.objects.filter(plan_id__in=plan_ids).select_related("category")
    in_turn = rows.order_by("plan_id", "category__position", "category_id", "valid_from")
    for row in _from_today(in_turn, today):
        found[row.plan_id].append(row)
    return found


def _from_today(rows: Iterable[PlanBudget], today: date) -> list[PlanBudget]:
    """Without the rows that another has taken the place of; each gets ``valid_until``."""
    current: list[PlanBudget] = []
    for row in rows:
        before = current[-1] if current else None
        if before and (before.plan_id, before.category_id) == (row.plan_id, row.category_id):
            before.valid_until = row.valid_from - timedelta(days=1)
            if row.valid_from <= today:
                current.pop()
        current.append(row)
    return [row for row in current if row.limit_cents is not None]


def limits_in_force(plan_ids: Iterable[int], on: date) -> dict[int, dict[str, int]]:
    """Cents that one employee may spend in the day's calendar year, by plan and category.

    A category without a limit is left out. One statement.
    """
    rows = (
        PlanBudget.objects.filter(plan_id__in=list(plan_ids), valid_from__lte=on)
        .order_by("plan_id", "category_id", "-valid_from")
        .distinct("plan_id", "category_id")
        .values_list("plan_id", "category_id", "limit_cents")
    )
    limits: dict[int, dict[str, int]] = defaultdict(dict)
    for plan_id, code, cents in rows:
        if cents is not None:
            limits[plan_id][code] = cents
    return limits


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
