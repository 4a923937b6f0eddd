"""People, a Fund and sales for the Fund's tests; nothing here is a double of our own code."""

from __future__ import annotations

from datetime import date
from itertools import count

from django.contrib.auth import get_user_model
from django.db import connection

from marketplace.people.models import Membership, Organisation, OrganisationKind, Role
from marketplace.sales.sale import Delivery, LevyTerms, PlacedOrder, Sale, SaleLine
from plugins.solidarity_fund.models import Fund
from plugins.solidarity_fund.policies import levy_policy_create

DAY = date(2026, 10, 5)
_numbers = count(1)


def unguarded(statement: str) -> None:
    """Take a guard of the database away, to see that a test would fail without it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def organisation(kind: str = OrganisationKind.COMPANY, name: str = "") -> Organisation:
    return Organisation.objects.create(kind=kind, name=name or f"{kind} {next(_numbers)}")


def person(*roles: tuple[str, Organisation], name: str = "Ada", since: date = date(2020, 1, 1)):
    number = next(_numbers)
    user = get_user_model().objects.create_user(
        f"{name.lower()}{number}@example.com", "password", first_name=name, last_name=f"Q{number}"
    )
    for role, where in roles:
        Membership.objects.create(user=user, organisation=where, role=role, since=since)
    return user


def employee(company: Organisation | None = None, **who):
    return person((Role.EMPLOYEE, company or organisation()), **who)


def fund(name: str = "Fondo di Solidarietà") -> Fund:
    return Fund.objects.create(organisation=organisation(OrganisationKind.FUND, name))


def policy(of: Fund, provider_bps: int = 300, company_bps: int = 100, **days):
    days.setdefault("valid_from", date(2026, 1, 1))
    return levy_policy_create(fund=of, provider_bps=provider_bps, company_bps=company_bps, **days)


def sale(*lines: tuple[int, int], user_id: int = 1, company_id: int | None = 1, on: date = DAY):
    """A sale of lines (provider id, gross cents)."""
    made = tuple(
        SaleLine(
            number=number,
            variant_id=number,
            product_id=number,
            product_name=f"Product {number}",
            listing_id=number,
            provider_id=provider_id,
            category_code="f",
            quantity=1,
            unit_cents=cents,
            total_cents=cents,
        )
        for number, (provider_id, cents) in enumerate(lines, start=1)
    )
    return Sale(
        token=f"token-{next(_numbers)}",
        user_id=user_id,
        wallet_id=1,
        company_id=company_id,
        plan_id=None,
        lines=made,
        delivery=Delivery("pick_up"),
        total_cents=sum(line.total_cents for line in made),
        on=on,
    )


def placed(of: Sale, terms: LevyTerms, order_id: str = "", transfer_id: int = 0) -> PlacedOrder:
    number = next(_numbers)
    return PlacedOrder(
        order_id=order_id or str(number),
        sale=of,
        provider_orders=(),
        levy=terms,
        transfer_id=transfer_id or number,
    )
