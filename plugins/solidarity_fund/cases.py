"""Finding and locking a request for whoever acts on it; unknown and not yours look the same."""

from __future__ import annotations

from marketplace.api.entities import not_found
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from plugins.solidarity_fund.models import Fund, FundRequest

COMMITTEE = (Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR)


def lock_own(request_id: int, actor: Actor) -> FundRequest:
    """The actor's own request, locked until the commit; Refusal NOT_FOUND."""
    return _lock(request_id, applicant_id=actor.require_user())


def lock_as(request_id: int, actor: Actor, *roles: str) -> FundRequest:
    """A submitted request of a Fund in which the actor has a role, locked; Refusal NOT_FOUND."""
    return _lock(request_id, fund_id__in=actor.organisations(*roles), submitted_at__isnull=False)


def _lock(request_id: int, **whose: object) -> FundRequest:
    found = (
        FundRequest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("regulation")
        .filter(pk=request_id, **whose)
        .first()
    )
    if found is None:
        raise not_found("FundRequest")
    return found


def lock_fund(fund_id: int) -> None:
    """One decision, or change of rules, at a time in a Fund: a year's limit is not met twice at
    once. Other rows may still refer to the Fund meanwhile."""
    Fund.objects.select_for_update(no_key=True).get(pk=fund_id)
