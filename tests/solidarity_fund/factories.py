"""People, a Fund and sales for the Fund's tests; nothing here is a double of our own code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection

from marketplace.companies.models import Company, Employment
from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, post
from marketplace.people.actor import Actor, actor_of
from marketplace.people.models import Membership, Organisation, OrganisationKind, Role
from marketplace.sales.sale import Delivery, LevyTerms, PlacedOrder, Sale, SaleLine
from plugins.solidarity_fund import committee as work
from plugins.solidarity_fund import requests
from plugins.solidarity_fund.accounts import fund_account_id
from plugins.solidarity_fund.models import Fund, FundRequest, Regulation
from plugins.solidarity_fund.policies import levy_policy_create
from plugins.solidarity_fund.regulations import regulation_create
from plugins.solidarity_fund.requests import Asked

REGULATION = Path(__file__).parents[2] / "fixtures" / "territory" / "regulation_v1.json"
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


def employee(company: Organisation | None = None, since: date = date(2020, 1, 1), **who):
    """Somebody who works for the company, with the role that goes with it."""
    company = company or organisation()
    user = person((Role.EMPLOYEE, company), **who)
    employer, _made = Company.objects.get_or_create(organisation=company)
    Employment.objects.create(user=user, company=employer, since=since)
    return user


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


def gift(to: Fund, cents: int) -> None:
    """Money from outside, for the Fund."""
    world = account(AccountKind.WORLD, 0)
    post(
        kind="gift",
        key=f"gift:{next(_numbers)}",
        legs=[Leg(world, -cents), Leg(fund_account_id(to.pk), cents)],
    )


def regulation(of: Fund, valid_from: date = date(2026, 1, 1), **parameters: int) -> Regulation:
    """The first Regolamento of the demo territory, with other parameters where given."""
    document = json.loads(REGULATION.read_text(encoding="utf-8"))
    document["parameters"].update(parameters)
    return regulation_create(fund=of, document=document, valid_from=valid_from)


@dataclass
class Committee:
    """A Fund with money, a Regolamento and people, and one applicant of another company."""

    fund: Fund
    chair: Any
    members: list[Any]
    treasurer: Any
    applicant: Any
    company: Organisation


def committee(money_cents: int = 500_000, **parameters: int) -> Committee:
    of = fund()
    regulation(of, **parameters)
    if money_cents:
        gift(of, money_cents)
    company = organisation()
    return Committee(
        fund=of,
        chair=person((Role.COMMITTEE_CHAIR, of.organisation), name="Chiara"),
        members=[person((Role.COMMITTEE_MEMBER, of.organisation), name=n) for n in ("Mia", "Moe")],
        treasurer=person((Role.TREASURER, of.organisation), name="Tea"),
        applicant=employee(company, name="Zenobia"),
        company=company,
    )


def actor(user: Any) -> Actor:
    """The actor a user is now, whatever was known of the user before."""
    user.__dict__.pop("_welfare_actor", None)
    return actor_of(user)


def asked(**facts: Any) -> Asked:
    return Asked(
        **{
            "reason": "health",
            "description": "A treatment that nobody covers",
            "isee_cents": 900_000,
            "household": 1,
            "asked_cents": 40_000,
            **facts,
        }
    )


def drafted(by: Committee, applicant: Any = None, **facts: Any) -> FundRequest:
    who = actor(applicant or by.applicant)
    return requests.fund_request_create(actor=who, fund=by.fund, asked=asked(**facts))


def submitted(by: Committee, applicant: Any = None, **facts: Any) -> FundRequest:
    made = drafted(by, applicant, **facts)
    who = actor(applicant or by.applicant)
    return requests.fund_request_submit(actor=who, request_id=made.pk)


def voted(by: Committee, value: str = "for", **facts: Any) -> FundRequest:
    """A request on which both members voted alike."""
    made = submitted(by, **facts)
    work.fund_request_review_start(actor=actor(by.members[0]), request_id=made.pk)
    for member in by.members:
        work.fund_request_vote(actor=actor(member), request_id=made.pk, value=value)
    return FundRequest.objects.get(pk=made.pk)


def approved(by: Committee, award_cents: int = 40_000, **facts: Any) -> FundRequest:
    made = voted(by, **facts)
    return work.fund_request_decide(
        actor=actor(by.chair), request_id=made.pk, award_cents=award_cents
    )
