"""What the public may know of the Fund: totals, and none that stands for fewer than five people."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Q, Sum

from marketplace.ledger.models import Entry
from marketplace.ledger.selectors import balances
from plugins.solidarity_fund.models import Award, AwardStatus, Fund, FundRequest, Levy

SMALLEST_GROUP = 5


@dataclass(frozen=True, slots=True)
class Transparency:
    """In cents; None where it would stand for one to four people."""

    levied_cents: int
    given_back_cents: int
    requests: int | None
    awards: int | None
    awarded_cents: int | None
    spent_cents: int | None


def transparency_of(fund: Fund) -> Transparency:
    """Six queries, whatever the Fund's history."""
    levied, given_back = _levies(fund)
    asked = FundRequest.objects.filter(fund=fund, submitted_at__isnull=False).aggregate(
        rows=Count("pk"), people=Count("applicant_id", distinct=True)
    )
    kept = Award.objects.filter(request__fund=fund).exclude(status=AwardStatus.RELEASED)
    awarded = kept.aggregate(
        rows=Count("pk"),
        people=Count("request__applicant_id", distinct=True),
        payees=Count(
            "request__applicant_id", distinct=True, filter=Q(status=AwardStatus.PAID.value)
        ),
        cents=Sum("cents"),
    )
    return Transparency(
        levied_cents=levied,
        given_back_cents=given_back,
        requests=_shown(asked["rows"], asked["people"]),
        awards=_shown(awarded["rows"], awarded["people"]),
        awarded_cents=_shown(awarded["cents"] or 0, awarded["people"]),
        spent_cents=_shown(_spent_cents(fund), awarded["payees"]),
    )


def unshown_cents(fund: Fund) -> int:
    """What awards took from the Fund while they stand for one to four people.

    The Fund's balance is public too: were it as it is, whoever reads it before and after a decision
    would know the one award that :class:`Transparency` leaves out.
    """
    kept = Award.objects.filter(request__fund=fund).exclude(status=AwardStatus.RELEASED)
    found = kept.aggregate(people=Count("request__applicant_id", distinct=True), cents=Sum("cents"))
    return 0 if found["people"] >= SMALLEST_GROUP else found["cents"] or 0


def _shown(value: int, people: int) -> int | None:
    return value if people == 0 or people >= SMALLEST_GROUP else None


def _levies(fund: Fund) -> tuple[int, int]:
    sums = Levy.objects.filter(policy__fund=fund).aggregate(
        levied=Sum(F("provider_cents") + F("company_cents") + F("employee_cents")),
        back=Sum(
            F("reversed_provider_cents")
            + F("reversed_company_cents")
            + F("reversed_employee_cents")
        ),
    )
    return sums["levied"] or 0, sums["back"] or 0


def _spent_cents(fund: Fund) -> int:
    """Of the credit that awards became: what is neither left nor lapsed."""
    paid = dict(
        Award.objects.filter(request__fund=fund, status=AwardStatus.PAID.value).values_list(
            "lot_account_id", "cents"
        )
    )
    lapsed = Entry.objects.filter(account_id__in=paid, transfer__kind="lapse").aggregate(
        cents=Sum("cents")
    )["cents"]
    return sum(paid.values()) - sum(balances(paid).values()) + (lapsed or 0)
