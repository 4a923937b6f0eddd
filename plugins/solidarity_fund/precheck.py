"""The pre-check: what the Regolamento says of a request, rule by rule, each with its article.

It advises; the committee decides. :func:`examine` is arithmetic alone; what it needs to know of a
person is gathered by :func:`case_of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Min, Sum
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from marketplace import wording
from marketplace.companies.models.people import Employment, employments_in_force
from marketplace.money import BASIS_POINTS, euro
from marketplace.people.actor import Actor
from marketplace.people.encryption import read_sensitive
from plugins.solidarity_fund.models import Award, AwardStatus, FundRequest, Regulation, Rule


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules look at. ``given_cents``: awarded to the person this year already."""

    reason: str
    asked_cents: int
    isee_cents: int
    household: int
    employed_since: date | None
    given_cents: int
    on: date


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says: its article, whether it is met, and a sentence that explains."""

    rule: str
    article: int
    passed: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Precheck:
    """All findings in the order of the rules, and what the rules would award, in cents."""

    findings: tuple[Finding, ...]
    advised_cents: int

    @property
    def passed(self) -> bool:
        return all(finding.passed for finding in self.findings)


def examine(regulation: Regulation, case: Case) -> Precheck:
    """Hold a case against every rule of a Regolamento."""
    articles = {article.rule: article.number for article in regulation.articles.all()}
    share_bps = share_at(_points(regulation), case.isee_cents)
    most_cents = regulation.most_award_for(case.household)
    left_cents = max(0, regulation.most_yearly_cents - case.given_cents)
    covered_cents = case.asked_cents * share_bps // BASIS_POINTS
    advised_cents = min(covered_cents, most_cents, left_cents)
    said = (
        _seniority(regulation, case),
        _reason(regulation, case),
        _isee(regulation, case),
        _scale(case, share_bps, covered_cents),
        _least(regulation, advised_cents),
        _most(case, covered_cents, most_cents),
        _yearly(regulation, case, covered_cents, left_cents),
    )
    findings = tuple(
        Finding(rule, articles[rule], passed, sentence) for rule, passed, sentence in said
    )
    may = all(f.passed for f in findings if f.rule not in _SHORTENING)
    return Precheck(findings, advised_cents if may else 0)


# These make an award smaller; the others make it impossible.
_SHORTENING = frozenset({Rule.MOST, Rule.YEARLY})

Said = tuple[Rule, bool, str]


def _points(regulation: Regulation) -> list[tuple[int, int]]:
    return [(point.isee_cents, point.share_bps) for point in regulation.scale.all()]


def share_at(points: list[tuple[int, int]], isee_cents: int) -> int:
    """Basis points covered at an ISEE: in a straight line between two points of the scale, the
    first point's share before it, the last's after it; fractions of a basis point are dropped.
    """
    before = points[0]
    for point in points:
        if isee_cents <= point[0]:
            run = point[0] - before[0]
            if run == 0:
                return point[1]
            return before[1] + (point[1] - before[1]) * (isee_cents - before[0]) // run
        before = point
    return before[1]


def whole_months(since: date, until: date) -> int:
    """Months completed from one day to another; below zero where it is the other way round."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - 1 if until.day < since.day else months


def _seniority(regulation: Regulation, case: Case) -> Said:
    months = -1 if case.employed_since is None else whole_months(case.employed_since, case.on)
    needed = regulation.seniority_months
    if months < 0:
        return Rule.SENIORITY, False, _("No employment with a company of the alliance is recorded.")
    sentence = ngettext(
        "%(months)s month of employment; at least %(needed)s are needed.",
        "%(months)s months of employment; at least %(needed)s are needed.",
        months,
    )
    return Rule.SENIORITY, months >= needed, sentence % {"months": months, "needed": needed}


def _reason(regulation: Regulation, case: Case) -> Said:
    for reason in regulation.reasons.all():
        if reason.code == case.reason:
            label = reason.label_en if get_language() == "en" else reason.label_it
            return Rule.REASON, True, _("The reason is admitted: %(reason)s.") % {"reason": label}
    return Rule.REASON, False, _("The Regolamento does not admit this reason.")


def _isee(regulation: Regulation, case: Case) -> Said:
    sentence = _("The ISEE is %(isee)s; the ceiling is %(ceiling)s.") % {
        "isee": euro(case.isee_cents),
        "ceiling": euro(regulation.isee_ceiling_cents),
    }
    return Rule.ISEE, case.isee_cents <= regulation.isee_ceiling_cents, sentence


def _scale(case: Case, share_bps: int, covered_cents: int) -> Said:
    sentence = _("At this ISEE the Fund covers %(share)s of %(asked)s: %(covered)s.") % {
        "share": wording.per_cent(share_bps),
        "asked": euro(case.asked_cents),
        "covered": euro(covered_cents),
    }
    return Rule.SCALE, share_bps > 0, sentence


def _least(regulation: Regulation, advised_cents: int) -> Said:
    sentence = _("The award would be %(advised)s; the least is %(least)s.") % {
        "advised": euro(advised_cents),
        "least": euro(regulation.least_award_cents),
    }
    return Rule.LEAST, advised_cents >= regulation.least_award_cents, sentence


def _most(case: Case, covered_cents: int, most_cents: int) -> Said:
    sentence = _("One award to a household of %(people)s is at most %(most)s.") % {
        "people": case.household,
        "most": euro(most_cents),
    }
    return Rule.MOST, covered_cents <= most_cents, sentence


def _yearly(regulation: Regulation, case: Case, covered_cents: int, left_cents: int) -> Said:
    sentence = _("Of %(most)s in a year, %(given)s were awarded already; %(left)s are left.") % {
        "most": euro(regulation.most_yearly_cents),
        "given": euro(case.given_cents),
        "left": euro(left_cents),
    }
    return Rule.YEARLY, covered_cents <= left_cents, sentence


def case_of(request: FundRequest, *, actor: Actor, why: str) -> Case:
    """The case of a request, as of the day it was submitted (today for a draft).

    Reads the encrypted ISEE and household size; both readings are logged.
    """
    submitted: Any = request.submitted_at
    on = timezone.localtime(submitted).date() if submitted else timezone.localdate()
    return Case(
        reason=request.reason,
        asked_cents=request.asked_cents,
        isee_cents=int(read_sensitive(request, "isee", actor=actor, why=why)),
        household=int(read_sensitive(request, "household", actor=actor, why=why)),
        employed_since=employed_since(request.applicant_id, on),
        given_cents=given_cents(
            request.applicant_id, timezone.localdate().year, besides=request.pk
        ),
        on=on,
    )


def employed_since(user_id: int, on: date) -> date | None:
    """Since when the person works for a company of the alliance, on that day."""
    return Employment.objects.filter(employments_in_force(on), user_id=user_id).aggregate(
        since=Min("since")
    )["since"]


def given_cents(user_id: int, year: int, *, besides: int | None = None) -> int:
    """What was awarded to a person in a calendar year, paid or reserved."""
    given = (
        Award.objects.filter(request__applicant_id=user_id, created_at__year=year)
        .exclude(status=AwardStatus.RELEASED)
        .exclude(request_id=besides)
        .aggregate(cents=Sum("cents"))["cents"]
    )
    return given or 0
