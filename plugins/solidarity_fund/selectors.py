"""What is read of the Fund."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import not_found
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.refusals import Refusal
from plugins.solidarity_fund.accounts import fund_account_id
from plugins.solidarity_fund.cases import COMMITTEE
from plugins.solidarity_fund.models import (
    Award,
    Conflict,
    Fund,
    FundRequest,
    Levy,
    LevyPledge,
    LevyPolicy,
    Minute,
    Regulation,
    Vote,
)


def the_fund() -> Fund:
    """The alliance's Fund: the first, because an alliance has one.

    Raises:
        Refusal: FUND_MISSING.
    """
    fund = Fund.objects.select_related("organisation").order_by("pk").first()
    if fund is None:
        raise Refusal("FUND_MISSING", _("The alliance has no Solidarity Fund yet."))
    return fund


def account_id() -> int:
    """The ledger account of the alliance's Fund (registry name ``fund.account_id``)."""
    return fund_account_id(the_fund().pk)


def in_force(day: date) -> Q:
    """Rows with ``valid_from`` and ``valid_until`` that hold on a day."""
    return Q(valid_from__lte=day) & (Q(valid_until__isnull=True) | Q(valid_until__gte=day))


def policy_on(fund: Fund, day: date) -> LevyPolicy | None:
    """The Fund's policy in force on a day."""
    return LevyPolicy.objects.filter(in_force(day), fund=fund).first()


def pledge_of(fund: Fund, user_id: int) -> LevyPledge | None:
    """What a person gives on top of each purchase, where they do."""
    return LevyPledge.objects.filter(fund=fund, user_id=user_id, ended_at__isnull=True).first()


def levies_of_order(order_id: str, *, buyer_id: int) -> QuerySet[Levy]:
    """What an order gave to the Fund, for who bought it; empty for everybody else."""
    return (
        Levy.objects.filter(order_id=order_id, buyer_id=buyer_id)
        .select_related("provider", "policy")
        .order_by("provider_id")
    )


class MonthGiven(NamedTuple):
    """What a person's orders of a month gave to the Fund, net of refunds, and through whom."""

    month: date
    orders: int
    provider_cents: int
    company_cents: int
    employee_cents: int

    @property
    def cents(self) -> int:
        return self.provider_cents + self.company_cents + self.employee_cents


def given_by_month(user_id: int) -> list[MonthGiven]:
    """What a person's own orders gave, by month of the order, oldest first; one query."""
    rows = (
        Levy.objects.filter(buyer_id=user_id)
        .annotate(month=TruncMonth("on"))
        .order_by("month")
        .values("month")
        .annotate(
            orders=Count("order_id", distinct=True),
            provider=Sum(F("provider_cents") - F("reversed_provider_cents")),
            company=Sum(F("company_cents") - F("reversed_company_cents")),
            employee=Sum(F("employee_cents") - F("reversed_employee_cents")),
        )
    )
    return [
        MonthGiven(row["month"], row["orders"], row["provider"], row["company"], row["employee"])
        for row in rows
    ]


def regulation_on(fund: Fund, day: date) -> Regulation:
    """The Fund's Regolamento in force on a day.

    Raises:
        Refusal: REGULATION_MISSING.
    """
    found = Regulation.objects.filter(in_force(day), fund=fund).first()
    if found is None:
        raise Refusal("REGULATION_MISSING", _("The Fund has no Regolamento in force today."))
    return found


# What rests encrypted is left in the database unless it is read on purpose, and logged.
_SEALED = ("description", "isee", "household", "decision__motivation")


def requests_of(user_id: int) -> QuerySet[FundRequest]:
    """A person's own requests, newest first."""
    return (
        FundRequest.objects.filter(applicant_id=user_id)
        .select_related("regulation", "decision")
        .defer(*_SEALED)
    )


def requests_before(actor: Actor) -> QuerySet[FundRequest]:
    """Submitted requests of the Funds on whose committee the actor sits, newest first, with what
    the actor needs to act: votes cast, the own vote, whether recused."""
    mine = {"request": OuterRef("pk"), "member_id": actor.user_id}
    return (
        FundRequest.objects.filter(
            fund_id__in=actor.organisations(*COMMITTEE), submitted_at__isnull=False
        )
        .annotate(
            votes_cast=Count("votes"),
            my_vote=Subquery(Vote.objects.filter(**mine).values("value")[:1]),
            recused=Exists(Conflict.objects.filter(**mine)),
        )
        .select_related("regulation", "decision")
        .defer(*_SEALED)
    )


def request_before(actor: Actor, request_id: int) -> FundRequest:
    """One of :func:`requests_before`; Refusal NOT_FOUND."""
    found = requests_before(actor).filter(pk=request_id).first()
    if found is None:
        raise not_found("FundRequest")
    return found


def minutes_before(actor: Actor, request_id: int) -> QuerySet[Minute]:
    """The minutes of a request, oldest first, for its committee; Refusal NOT_FOUND."""
    return Minute.objects.filter(request=request_before(actor, request_id)).select_related("by")


def awards_before(actor: Actor) -> QuerySet[Award]:
    """Awards of the Funds whose treasurer the actor is, newest first."""
    return (
        Award.objects.filter(request__fund_id__in=actor.organisations(Role.TREASURER))
        .select_related("request")
        .only("cents", "status", "pay_until", "paid_at", "request__year", "request__number")
    )
