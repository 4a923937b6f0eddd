"""Opening a request's file: what rests encrypted, for the few who may, with a log of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from marketplace.people.actor import Actor
from marketplace.people.encryption import read_sensitive
from plugins.solidarity_fund import recusal, selectors
from plugins.solidarity_fund.models import Decision, FundRequest
from plugins.solidarity_fund.precheck import Precheck, case_of, examine


@dataclass(frozen=True, slots=True)
class File:
    """A request and what only its readers may know; the name is not among it."""

    request: FundRequest
    description: str
    household: int
    precheck: Precheck
    motivation: str | None


@transaction.atomic
def open_file(*, actor: Actor, request_id: int) -> File:
    """Read a request's file: the own one, or one before the actor's committee.

    The readings are logged in the same transaction, so that none goes unlogged.

    Raises:
        Refusal: NOT_FOUND, RECUSED.
    """
    request = selectors.requests_of(actor.require_user()).filter(pk=request_id).first()
    why = "applicant"
    if request is None:
        request = selectors.request_before(actor, request_id)
        recusal.require_no_conflict(request, actor)
        why = "review"
    case = case_of(request, actor=actor, why=why)
    return File(
        request=request,
        description=read_sensitive(request, "description", actor=actor, why=why),
        household=case.household,
        precheck=examine(request.regulation, case),
        motivation=_motivation(request, actor, why),
    )


def _motivation(request: FundRequest, actor: Actor, why: str) -> str | None:
    decision: Decision | None = getattr(request, "decision", None)
    if decision is None:
        return None
    return read_sensitive(decision, "motivation", actor=actor, why=why)
