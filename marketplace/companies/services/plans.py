"""Welfare plans: what a company gives, under which source, to whom, for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import not_found
from marketplace.companies.models import (
    BenefitCategory,
    Company,
    LapseTo,
    PlanSource,
    StaffCategory,
    WelfarePlan,
)
from marketplace.companies.models.plans import valid_on
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.refusals import Refusal

LONGEST_CREDIT_MONTHS = 60
LONGEST_GRACE_DAYS = 366
LONGEST_REFERENCE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """What a plan says; ``categories`` are codes of benefit categories."""

    name: str = ""
    source: str = ""
    categories: Sequence[str] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    source_reference: str = ""
    staff_category_id: int | None = None
    credit_months: int = 12
    refund_grace_days: int = 30
    lapse_to: str = LapseTo.COMPANY_BUDGET


TERMS = tuple(term.name for term in fields(PlanTerms))


def plan_create(*, actor: Actor, company_id: int, terms: dict[str, Any]) -> WelfarePlan:
    """A plan of a company, by its manager or an operator.

    Args:
        terms: by the names of :class:`PlanTerms`, whose defaults stand for what is left out.

    Raises:
        Refusal: PERMISSION_DENIED, NOT_FOUND, INVALID_NAME, PLAN_NAME_TAKEN, PLAN_SOURCE_REQUIRED,
            TEXT_TOO_LONG, UNKNOWN_BENEFIT_CATEGORY, NO_BENEFIT_CATEGORY,
            STAFF_CATEGORY_NOT_FOUND, INVALID_VALIDITY, INVALID_DATE.
    """
    _require(actor, company_id)
    if not Company.objects.filter(pk=company_id).exists():
        raise not_found("Company", field="companyId")
    return _save(WelfarePlan(company_id=company_id), PlanTerms(**terms))


def plan_update(*, actor: Actor, plan_id: int, changes: dict[str, Any]) -> WelfarePlan:
    """Change terms of a plan (keys of :class:`PlanTerms`); credit already given keeps its expiry.

    Raises:
        Refusal: as :func:`plan_create`.
    """
    with transaction.atomic():
        plan = plan_managed(actor, plan_id)
        now = {name: getattr(plan, name) for name in TERMS if name != "categories"}
        now["categories"] = [category.code for category in plan.categories.all()]
        return _save(plan, PlanTerms(**{**now, **changes}))


def plan_managed(actor: Actor, plan_id: int) -> WelfarePlan:
    """The plan, locked, for who may change it.

    Raises:
        Refusal: PERMISSION_DENIED, NOT_FOUND.
    """
    plan = WelfarePlan.objects.select_for_update().filter(pk=plan_id).first()
    if plan is None or not _may(actor, plan.company_id):
        actor.require(Role.COMPANY_MANAGER, Role.OPERATOR)
        raise not_found("WelfarePlan")
    return plan


def _may(actor: Actor, company_id: int) -> bool:
    manages = actor.has(Role.COMPANY_MANAGER, organisation_id=company_id)
    return manages or actor.has(Role.OPERATOR)


def _require(actor: Actor, company_id: int) -> None:
    if not _may(actor, company_id):
        actor.require(Role.COMPANY_MANAGER, organisation_id=company_id)


def _save(plan: WelfarePlan, terms: PlanTerms) -> WelfarePlan:
    _check_terms(plan.company_id, terms)
    codes = _checked_categories(terms, already=_codes(plan))
    for name in TERMS:
        if name != "categories":
            setattr(plan, name, getattr(terms, name))
    plan.name = terms.name.strip()
    plan.source_reference = terms.source_reference.strip()
    try:
        with transaction.atomic():
            plan.save()
            plan.categories.set(codes)
    except IntegrityError as error:
        if "welfare_plan_name_once" not in str(error):
            raise
        raise Refusal(
            "PLAN_NAME_TAKEN",
            _("The company already has a plan of this name. Choose another."),
            field="name",
        ) from error
    return plan


def _codes(plan: WelfarePlan) -> set[str]:
    return {category.code for category in plan.categories.all()} if plan.pk else set()


def _check_terms(company_id: int, terms: PlanTerms) -> None:
    if not 1 <= len(terms.name.strip()) <= 120:
        raise Refusal("INVALID_NAME", _("Give a name of 1 to 120 characters."), field="name")
    _check_source(terms)
    if terms.valid_from is None:
        raise Refusal("INVALID_DATE", _("Say from which day the plan holds."), field="validFrom")
    if terms.valid_until is not None and terms.valid_until < terms.valid_from:
        raise Refusal(
            "INVALID_DATE",
            _("The last day comes before the first. Check both."),
            field="validUntil",
        )
    months, days = terms.credit_months, terms.refund_grace_days
    if not (1 <= months <= LONGEST_CREDIT_MONTHS and 0 <= days <= LONGEST_GRACE_DAYS):
        raise Refusal(
            "INVALID_VALIDITY",
            _("Credit lasts from 1 to %(months)s months, and what comes back 0 to %(days)s days.")
            % {"months": LONGEST_CREDIT_MONTHS, "days": LONGEST_GRACE_DAYS},
        )
    mine = StaffCategory.objects.filter(pk=terms.staff_category_id, company_id=company_id)
    if terms.staff_category_id is not None and not mine.exists():
        raise Refusal(
            "STAFF_CATEGORY_NOT_FOUND",
            _("The company has no such category of staff. Create it first."),
            field="staffCategoryId",
        )


def _check_source(terms: PlanTerms) -> None:
    reference = terms.source_reference.strip()
    if terms.source not in list(PlanSource):
        raise Refusal(
            "PLAN_SOURCE_REQUIRED",
            _("Say whether the plan comes from an agreement, a regulation or the company's will."),
            field="source",
        )
    if terms.source != PlanSource.VOLUNTARY and not reference:
        raise Refusal(
            "PLAN_SOURCE_REQUIRED",
            _("Say which agreement or regulation the plan comes from, with its date."),
            field="sourceReference",
        )
    if len(reference) > LONGEST_REFERENCE:
        raise Refusal(
            "TEXT_TOO_LONG",
            _("Write at most %(most)s characters.") % {"most": LONGEST_REFERENCE},
            field="sourceReference",
        )


def _checked_categories(terms: PlanTerms, *, already: set[str]) -> list[str]:
    """The codes, each in force today or on the plan's first day, or in the plan already."""
    if not terms.categories:
        raise Refusal(
            "NO_BENEFIT_CATEGORY",
            _("A plan allows at least one benefit category. Choose it."),
            field="categories",
        )
    in_force = valid_on() | valid_on(terms.valid_from)
    known = already | set(BenefitCategory.objects.filter(in_force).values_list("code", flat=True))
    for code in terms.categories:
        if code not in known:
            raise Refusal(
                "UNKNOWN_BENEFIT_CATEGORY",
                _("%(code)s is not a benefit category in force. Choose one that is.")
                % {"code": repr(code[:16])},
                field="categories",
            )
    return list(terms.categories)
