"""Who comes to work for a company, who changes category, who leaves."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace import wording
from marketplace.api.entities import not_found
from marketplace.companies.models import Company, Employment, StaffCategory
from marketplace.people.accounts import account_claim
from marketplace.people.actor import Actor
from marketplace.people.models import Membership, Role
from marketplace.refusals import Refusal
from marketplace.territory.models import Comune

UNSET: Any = object()
LONGEST_NAME = 80
LONGEST_EMAIL = 254


def employment_create(
    *,
    actor: Actor,
    company_id: int,
    email: str,
    since: date,
    first_name: str = "",
    last_name: str = "",
    staff_category_id: int | None = None,
    comune_id: int | None = None,
    payroll_number: str = "",
) -> Employment:
    """Take somebody on: the person (by e-mail, made where unknown), the employment, the role.

    A person who has (or had) a role in the alliance keeps name and password; anybody else sets a
    password by asking Saleor to reset it, also where somebody has registered with their address.

    Raises:
        Refusal: PERMISSION_DENIED, NOT_FOUND, INVALID_EMAIL, INVALID_NAME, ALREADY_EMPLOYED,
            STAFF_CATEGORY_NOT_FOUND, COMUNE_NOT_FOUND, PAYROLL_NUMBER_TAKEN.
    """
    actor.require(Role.COMPANY_MANAGER, organisation_id=company_id)
    with transaction.atomic():
        # Serialises who is taken on by one company: an overlap has no constraint of its own.
        if Company.objects.select_for_update().filter(pk=company_id).first() is None:
            raise not_found("Company", field="companyId")
        _check_staff_category(company_id, staff_category_id)
        _check_comune(comune_id)
        number = payroll_number.strip()
        _check_payroll_number(company_id, number)
        person = _person(email, first_name, last_name)
        _check_free(person, company_id, since)
        employment = Employment.objects.create(
            user=person,
            company_id=company_id,
            staff_category_id=staff_category_id,
            comune_id=comune_id,
            since=since,
            payroll_number=number,
        )
        Membership.objects.get_or_create(
            user=person,
            organisation_id=company_id,
            role=Role.EMPLOYEE,
            until=None,
            defaults={"since": since},
        )
    return employment


def _person(email: str, first_name: str, last_name: str) -> Any:
    address = email.strip()
    _check_address(address)
    _check_name(first_name.strip(), "firstName")
    _check_name(last_name.strip(), "lastName")
    users = get_user_model().objects
    names = {"first_name": first_name.strip(), "last_name": last_name.strip()}
    known = users.filter(email__iexact=address).first()
    if known is None:
        return users.create_user(address.lower(), **names)
    if account_claim(known):
        users.filter(pk=known.pk).update(**{name: said for name, said in names.items() if said})
        known.refresh_from_db()
    return known


def _check_address(address: str) -> None:
    try:
        if len(address) > LONGEST_EMAIL:
            raise ValidationError("longer than any that can be written to")
        validate_email(address)
    except ValidationError:
        raise Refusal(
            "INVALID_EMAIL",
            _("This is not an e-mail address. Check how it is written."),
            field="email",
        ) from None


def _check_name(name: str, field: str) -> None:
    if len(name) > LONGEST_NAME:
        raise Refusal(
            "INVALID_NAME",
            _("A name has at most %(most)s characters. Shorten it.") % {"most": LONGEST_NAME},
            field=field,
        )


def _check_free(person: Any, company_id: int, since: date) -> None:
    working = Q(until__isnull=True) | Q(until__gte=since)
    if Employment.objects.filter(working, user=person, company_id=company_id).exists():
        raise Refusal(
            "ALREADY_EMPLOYED",
            _("This person already works for the company on that day."),
            field="email",
        )


def _check_staff_category(company_id: int, staff_category_id: int | None) -> None:
    mine = StaffCategory.objects.filter(pk=staff_category_id, company_id=company_id)
    if staff_category_id is not None and not mine.exists():
        raise Refusal(
            "STAFF_CATEGORY_NOT_FOUND",
            _("The company has no such category of staff. Create it first."),
            field="staffCategoryId",
        )


def _check_comune(comune_id: int | None) -> None:
    if comune_id is not None and not Comune.objects.filter(pk=comune_id).exists():
        raise Refusal(
            "COMUNE_NOT_FOUND",
            _("There is no such comune. Choose one from the list."),
            field="comuneId",
        )


def _check_payroll_number(company_id: int, number: str, *, besides: int | None = None) -> None:
    if len(number) > 32:
        raise Refusal(
            "INVALID_PAYROLL_NUMBER",
            _("A payroll number has at most 32 characters."),
            field="payrollNumber",
        )
    taken = Employment.objects.filter(
        company_id=company_id, payroll_number=number, until__isnull=True
    ).exclude(pk=besides)
    if number and taken.exists():
        raise Refusal(
            "PAYROLL_NUMBER_TAKEN",
            _("Another employee of the company has this payroll number. Check it."),
            field="payrollNumber",
        )


def _mine_locked(actor: Actor, employment_id: int) -> Employment:
    """The employment, locked, where the actor manages its company; others' look like none."""
    actor.require(Role.COMPANY_MANAGER)
    managed = actor.organisations(Role.COMPANY_MANAGER)
    mine = Employment.objects.select_for_update().filter(pk=employment_id, company_id__in=managed)
    employment = mine.first()
    if employment is None:
        raise not_found("Employment")
    return employment


def employment_update(
    *,
    actor: Actor,
    employment_id: int,
    staff_category_id: int | None = UNSET,
    comune_id: int | None = UNSET,
    payroll_number: str = UNSET,
) -> Employment:
    """Change category of staff, comune or payroll number; what is not given stays.

    Raises:
        Refusal: PERMISSION_DENIED, NOT_FOUND, STAFF_CATEGORY_NOT_FOUND, COMUNE_NOT_FOUND,
            PAYROLL_NUMBER_TAKEN.
    """
    with transaction.atomic():
        employment = _mine_locked(actor, employment_id)
        if staff_category_id is not UNSET:
            _check_staff_category(employment.company_id, staff_category_id)
            employment.staff_category_id = staff_category_id
        if comune_id is not UNSET:
            _check_comune(comune_id)
            employment.comune_id = comune_id
        if payroll_number is not UNSET:
            employment.payroll_number = payroll_number.strip()
            _check_payroll_number(
                employment.company_id, employment.payroll_number, besides=employment.pk
            )
        employment.save()
    return employment


def employment_end(*, actor: Actor, employment_id: int, until: date) -> Employment:
    """The last day of a leaver, who keeps the credit already given for as long as it is valid.

    The same last day again changes nothing.

    Raises:
        Refusal: PERMISSION_DENIED, NOT_FOUND, INVALID_DATE, EMPLOYMENT_ENDED.
    """
    with transaction.atomic():
        employment = _mine_locked(actor, employment_id)
        if employment.until == until:
            return employment
        if employment.until is not None:
            raise Refusal(
                "EMPLOYMENT_ENDED",
                _("This employment already ends on %(day)s.")
                % {"day": wording.day(employment.until)},
            )
        if until < employment.since:
            raise Refusal(
                "INVALID_DATE",
                _("The last day cannot lie before the first, %(day)s.")
                % {"day": wording.day(employment.since)},
                field="until",
            )
        employment.until = until
        employment.save()
        _membership_end(employment, until)
    return employment


def _membership_end(employment: Employment, until: date) -> None:
    for membership in Membership.objects.select_for_update().filter(
        user_id=employment.user_id,
        organisation_id=employment.company_id,
        role=Role.EMPLOYEE,
        until__isnull=True,
    ):
        membership.until = max(until, membership.since)
        membership.save()


def staff_category_create(*, actor: Actor, company_id: int, name: str) -> StaffCategory:
    """A category of staff; the same name again returns the same one.

    Raises:
        Refusal: PERMISSION_DENIED, NOT_FOUND, INVALID_NAME.
    """
    actor.require(Role.COMPANY_MANAGER, organisation_id=company_id)
    called = name.strip()
    if not 1 <= len(called) <= 80:
        raise Refusal("INVALID_NAME", _("Give a name of 1 to 80 characters."), field="name")
    if not Company.objects.filter(pk=company_id).exists():
        raise not_found("Company", field="companyId")
    category, _made = StaffCategory.objects.get_or_create(company_id=company_id, name=called)
    return category
