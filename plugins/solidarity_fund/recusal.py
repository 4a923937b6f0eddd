"""Who takes no part in a request: the applicant, the applicant's colleagues, who says so."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.companies.models.people import Employment, employments_in_force
from marketplace.people.actor import Actor, in_force
from marketplace.people.models import Membership, OrganisationKind
from marketplace.refusals import Refusal
from plugins.solidarity_fund.cases import COMMITTEE
from plugins.solidarity_fund.minutes import minute
from plugins.solidarity_fund.models import Conflict, ConflictKind, Event, FundRequest


def companies_of(user_ids: QuerySet[int] | list[int]) -> dict[int, set[int]]:
    """Companies that each person works for or has a role in today; two queries."""
    found: dict[int, set[int]] = {}
    roles = Membership.objects.filter(
        in_force(), user_id__in=user_ids, organisation__kind=OrganisationKind.COMPANY
    ).values_list("user_id", "organisation_id")
    work = Employment.objects.filter(employments_in_force(), user_id__in=user_ids).values_list(
        "user_id", "company_id"
    )
    for user_id, company_id in [*roles, *work]:
        found.setdefault(user_id, set()).add(company_id)
    return found


def conflict_by_rule(request: FundRequest, member_id: int) -> ConflictKind | None:
    """Why the rules keep a member out, where they do."""
    if member_id == request.applicant_id:
        return ConflictKind.APPLICANT
    companies = companies_of([request.applicant_id, member_id])
    shared = companies.get(request.applicant_id, set()) & companies.get(member_id, set())
    return ConflictKind.SAME_COMPANY if shared else None


def recuse_by_rule(request: FundRequest) -> None:
    """Recuse every member of the committee whom the rules keep out. The minutes do not name them:
    who is recused would say where the applicant works."""
    members = list(
        Membership.objects.filter(in_force(), organisation_id=request.fund_id, role__in=COMMITTEE)
        .order_by("user_id")
        .values_list("user_id", flat=True)
        .distinct()
    )
    companies = companies_of([request.applicant_id, *members])
    theirs = companies.get(request.applicant_id, set())
    for member_id in members:
        if member_id == request.applicant_id:
            _recuse(request, member_id, ConflictKind.APPLICANT)
        elif theirs & companies.get(member_id, set()):
            _recuse(request, member_id, ConflictKind.SAME_COMPANY)


def declare(request: FundRequest, actor: Actor) -> None:
    """The actor declares a conflict on a request, and is recused; again changes nothing. Where a
    rule keeps the actor out anyway, the minutes do not name who it was."""
    member_id = actor.require_user()
    _recuse(request, member_id, conflict_by_rule(request, member_id) or ConflictKind.DECLARED)


def _recuse(request: FundRequest, member_id: int, kind: ConflictKind) -> None:
    _row, made = Conflict.objects.get_or_create(
        request=request, member_id=member_id, defaults={"kind": kind}
    )
    if made and kind == ConflictKind.DECLARED:
        minute(request, Event.CONFLICT_DECLARED, by_id=member_id)
    elif made:
        minute(request, Event.RECUSED)


def require_no_conflict(request: FundRequest, actor: Actor) -> None:
    """Refuse who is recused, or has come under a rule since the request was submitted.

    Raises:
        Refusal: RECUSED.
    """
    member_id = actor.require_user()
    recused = Conflict.objects.filter(request=request, member_id=member_id).exists()
    if recused or conflict_by_rule(request, member_id) is not None:
        raise Refusal("RECUSED", _("You take no part in this request because of a conflict."))
