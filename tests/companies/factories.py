"""Companies, people and plans for tests of this room and of those that stand on it."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model

from marketplace.companies.models import (
    Company,
    Employment,
    PlanSource,
    TopUp,
    TopUpMethod,
    WelfarePlan,
)
from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, post
from marketplace.ledger.selectors import balance
from marketplace.people.models import Membership, Organisation, OrganisationKind, Role

SINCE = date(2024, 1, 1)
_number = count(1)


def user(email: str | None = None) -> Any:
    return get_user_model().objects.create_user(email or f"person{next(_number)}@example.com")


def member(organisation: Organisation, role: str, who: Any = None) -> Any:
    """A person with that role there, since 2024; made where ``who`` is not given."""
    person = who or user()
    Membership.objects.create(user=person, organisation=organisation, role=role, since=SINCE)
    return person


def company(name: str | None = None) -> Company:
    organisation = Organisation.objects.create(
        kind=OrganisationKind.COMPANY, name=name or f"Company {next(_number)}"
    )
    return Company.objects.create(organisation=organisation)


def manager(of: Company) -> Any:
    return member(of.organisation, Role.COMPANY_MANAGER)


def operator() -> Any:
    operators = Organisation.objects.create(kind=OrganisationKind.OPERATOR, name="Operator")
    return member(operators, Role.OPERATOR)


def employment(of: Company, who: Any = None, **facts: Any) -> Employment:
    """An employee of the company, with the membership that goes with it."""
    person = member(of.organisation, Role.EMPLOYEE, who)
    return Employment.objects.create(user=person, company=of, **{"since": SINCE, **facts})


def plan(of: Company, *codes: str, **facts: Any) -> WelfarePlan:
    """A plan of the company; ``codes`` default to f and f-bis."""
    made = WelfarePlan.objects.create(
        company=of,
        **{
            "name": f"Plan {next(_number)}",
            "source": PlanSource.VOLUNTARY,
            "valid_from": SINCE,
            **facts,
        },
    )
    made.categories.set(codes or ("f", "f-bis"))
    return made


def top_up(of: Company, cents: int = 100_00, **facts: Any) -> TopUp:
    """A top-up by card that Stripe knows as ``pi_<id>``."""
    number = next(_number)
    return TopUp.objects.create(
        company=of,
        amount_cents=cents,
        **{
            "method": TopUpMethod.CARD,
            "idempotency_key": f"key-{number}",
            "payment_intent": f"pi_{number}",
            "requested_by": facts.pop("requested_by", None) or user(),
            **facts,
        },
    )


def budget(of: Company) -> int:
    """Cents in the company's budget."""
    return balance(account(AccountKind.COMPANY_BUDGET, of.pk))


def paid_in(of: Company, cents: int) -> None:
    """Put money into the company's budget, as a top-up does."""
    legs = [
        Leg(account(AccountKind.WORLD, 0), -cents),
        Leg(account(AccountKind.COMPANY_BUDGET, of.pk), cents),
    ]
    post(kind="top_up", key=f"test:{next(_number)}:{of.pk}", legs=legs)
