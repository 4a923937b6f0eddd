"""Credit out of a company's budget into its employees' wallets: all of one action, or none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import not_found
from marketplace.companies.credit import CreditGiven, Grant
from marketplace.companies.models import Allocation, AllocationLine, Employment, WelfarePlan
from marketplace.companies.models.people import employments_in_force
from marketplace.companies.services.idempotency import check_key
from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.money import MOST_CENTS, euro
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.refusals import Refusal, Refusals
from marketplace.registry import use

MOST_LINES = 5_000


class CreditLine(NamedTuple):
    """What one employee is to get."""

    employment_id: int
    cents: int


class _Given(NamedTuple):
    employment: Employment
    cents: int


def credit_allocate(
    *, actor: Actor, plan_id: int, lines: Sequence[CreditLine], idempotency_key: str
) -> Allocation:
    """Give each employee of ``lines`` an amount under a plan.

    The same key with the same plan and lines returns the first allocation.

    Raises:
        Refusal: NOT_FOUND, PERMISSION_DENIED, PLAN_NOT_IN_FORCE, NO_LINES, TOO_MANY_LINES,
            INSUFFICIENT_FUNDS (``available_cents``), INVALID_IDEMPOTENCY_KEY, IDEMPOTENCY_CONFLICT.
        Refusals: one for each bad line, ``line`` counted from 1: INVALID_AMOUNT,
            EMPLOYMENT_NOT_FOUND, EMPLOYMENT_NOT_IN_FORCE, EMPLOYMENT_NOT_IN_PLAN, EMPLOYMENT_TWICE.
    """
    with transaction.atomic():
        plan = _plan_of(actor, plan_id)
        request = ["lines", [list(line) for line in lines]]
        done = _done_before(plan, request, idempotency_key)
        return done or _allocate(actor, plan, _checked(plan, lines), request, idempotency_key)


def credit_allocate_equally(
    *,
    actor: Actor,
    plan_id: int,
    staff_category_id: int | None,
    cents_each: int,
    idempotency_key: str,
) -> Allocation:
    """Give the same amount to everybody who works for the company today, or to all of a category.

    The same key with the same category and amount returns the first allocation, whoever has come
    or gone meanwhile.

    Raises:
        Refusal: as :func:`credit_allocate`, and INVALID_AMOUNT.
    """
    if not 0 < cents_each <= MOST_CENTS:
        raise Refusal("INVALID_AMOUNT", _("The amount must be more than zero."), field="amount")
    with transaction.atomic():
        plan = _plan_of(actor, plan_id)
        request = ["equally", staff_category_id, cents_each]
        done = _done_before(plan, request, idempotency_key)
        if done:
            return done
        staff = _staff(plan, staff_category_id)
        given = [_Given(employment, cents_each) for employment in staff]
        return _allocate(actor, plan, given, request, idempotency_key)


def _plan_of(actor: Actor, plan_id: int) -> WelfarePlan:
    """The plan, where the actor manages its company; others' plans look like none."""
    actor.require(Role.COMPANY_MANAGER)
    managed = actor.organisations(Role.COMPANY_MANAGER)
    plan = WelfarePlan.objects.filter(pk=plan_id, company_id__in=managed).first()
    if plan is None:
        raise not_found("WelfarePlan", field="planId")
    return plan


def _hash_of(plan: WelfarePlan, request: list[Any]) -> str:
    return hashlib.sha256(json.dumps([plan.pk, *request]).encode()).hexdigest()


def _done_before(plan: WelfarePlan, request: list[Any], key: str) -> Allocation | None:
    check_key(key)
    found = Allocation.objects.filter(company_id=plan.company_id, idempotency_key=key).first()
    return _same_request(found, plan, request) if found else None


def _same_request(found: Allocation, plan: WelfarePlan, request: list[Any]) -> Allocation:
    if found.request_sha256 != _hash_of(plan, request):
        raise Refusal(
            "IDEMPOTENCY_CONFLICT",
            _("This key was already used for another allocation; use a new one."),
            field="idempotencyKey",
        )
    return found


def _checked(plan: WelfarePlan, lines: Sequence[CreditLine]) -> list[_Given]:
    if len(lines) > MOST_LINES:
        raise Refusal(
            "TOO_MANY_LINES",
            _("Give credit to at most %(most)s people at once.") % {"most": MOST_LINES},
            field="lines",
        )
    employments = Employment.objects.in_bulk([line.employment_id for line in lines])
    wrong: list[Refusal] = []
    seen: set[int] = set()
    for number, line in enumerate(lines, 1):
        employment = employments.get(line.employment_id)
        problem = _problem(plan, line, employment, twice=line.employment_id in seen)
        seen.add(line.employment_id)
        if problem:
            code, sentence = problem
            message = _("Line %(line)s: %(why)s") % {"line": number, "why": sentence}
            wrong.append(Refusal(code, message, field="lines", line=number))
    if wrong:
        raise Refusals(wrong)
    return [_Given(employments[line.employment_id], line.cents) for line in lines]


def _problem(
    plan: WelfarePlan, line: CreditLine, employment: Employment | None, *, twice: bool
) -> tuple[str, Any] | None:
    """What is wrong with a line: a code and a sentence."""
    if employment is None or employment.company_id != plan.company_id:
        return "EMPLOYMENT_NOT_FOUND", _("nobody in the company has this employment.")
    if twice:
        return "EMPLOYMENT_TWICE", _("this employee is already in a line above; add the amounts.")
    if not 0 < line.cents <= MOST_CENTS:
        return "INVALID_AMOUNT", _("the amount must be more than zero.")
    if not employment.in_force_on():
        return "EMPLOYMENT_NOT_IN_FORCE", _("this employee does not work for the company today.")
    if plan.staff_category_id not in (None, employment.staff_category_id):
        return "EMPLOYMENT_NOT_IN_PLAN", _("the plan is for another category of staff.")
    return None


def _staff(plan: WelfarePlan, staff_category_id: int | None) -> list[Employment]:
    staff = Employment.objects.filter(employments_in_force(), company_id=plan.company_id)
    for category in (plan.staff_category_id, staff_category_id):
        if category is not None:
            staff = staff.filter(staff_category_id=category)
    return list(staff[: MOST_LINES + 1])


def _allocate(
    actor: Actor, plan: WelfarePlan, given: Sequence[_Given], request: list[Any], key: str
) -> Allocation:
    today = timezone.localdate()
    _check_allocation(plan, given, today)
    allocation, new = Allocation.objects.get_or_create(
        company_id=plan.company_id,
        idempotency_key=key,
        defaults={
            "plan": plan,
            "requested_by_id": actor.require_user(),
            "request_sha256": _hash_of(plan, request),
            "total_cents": sum(line.cents for line in given),
            "count": len(given),
            "expires_on": today + relativedelta(months=plan.credit_months),
        },
    )
    if not new:
        # The same key at the same moment: the other one was first.
        return _same_request(allocation, plan, request)
    lots = _credit(allocation, given)
    AllocationLine.objects.bulk_create(
        AllocationLine(
            allocation=allocation,
            employment=line.employment,
            cents=line.cents,
            lot_account_id=lot.lot_account_id,
        )
        for line, lot in zip(given, lots, strict=True)
    )
    return allocation


def _check_allocation(plan: WelfarePlan, given: Sequence[_Given], today: date) -> None:
    if not plan.in_force_on(today):
        raise Refusal(
            "PLAN_NOT_IN_FORCE",
            _("The plan is not in force today. Choose another one."),
            field="planId",
        )
    if not given:
        raise Refusal("NO_LINES", _("Nobody would get anything: name an employee."), field="lines")
    if len(given) > MOST_LINES:
        raise Refusal(
            "TOO_MANY_LINES",
            _("Give credit to at most %(most)s people at once.") % {"most": MOST_LINES},
        )


def _credit(allocation: Allocation, given: Sequence[_Given]) -> list[CreditGiven]:
    """One transfer out of the budget into a lot per employee; the budget's floor is the guard."""
    try:
        lots: list[CreditGiven] = use("wallet.credit_many")(
            grants=[
                Grant(
                    user_id=line.employment.user_id,
                    company_id=allocation.company_id,
                    plan_id=allocation.plan_id,
                    cents=line.cents,
                    expires_on=allocation.expires_on,
                )
                for line in given
            ],
            source_account_id=account(AccountKind.COMPANY_BUDGET, allocation.company_id),
            key=f"allocation:{allocation.pk}",
            reference=f"allocation {allocation.pk}",
        )
    except Refusal as refusal:
        if refusal.code != "INSUFFICIENT_FUNDS":
            raise
        available = refusal.facts.get("available_cents", 0)
        raise Refusal(
            "INSUFFICIENT_FUNDS",
            _("The budget holds %(available)s and this gives %(total)s. Top it up first.")
            % {"available": euro(available), "total": euro(allocation.total_cents)},
            available_cents=available,
        ) from refusal
    return lots
