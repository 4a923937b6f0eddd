"""Credit taken back: what is unspent of one employee's lot, where the company gave it freely."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.api.entities import not_found
from marketplace.companies.models import AllocationLine, PlanSource, Revocation
from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, post
from marketplace.ledger.selectors import balance
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.refusals import Refusal


def credit_revoke(*, actor: Actor, allocation_line_id: int) -> Revocation:
    """Move what is left in the lot of an allocation line back to the company's budget.

    Asked again it takes what has come back since, or says that nothing is left. A hold is not
    left: it is set aside for a checkout. Expired credit goes where the plan says, by itself.

    Raises:
        Refusal: PERMISSION_DENIED, NOT_FOUND, REVOCATION_NOT_ALLOWED, CREDIT_EXPIRED,
            NOTHING_UNSPENT, CREDIT_BEING_SPENT.
    """
    with transaction.atomic():
        line = _mine_locked(actor, allocation_line_id)
        allocation = line.allocation
        if allocation.plan.source != PlanSource.VOLUNTARY:
            raise Refusal(
                "REVOCATION_NOT_ALLOWED",
                _("This credit is due under %(source)s and cannot be taken back.")
                % {"source": allocation.plan.source_reference or allocation.plan.name},
            )
        if allocation.expires_on < timezone.localdate():
            raise Refusal("CREDIT_EXPIRED", _("This credit has expired and lapses by itself."))
        cents = balance(line.lot_account_id)
        if cents <= 0:
            raise Refusal("NOTHING_UNSPENT", _("Nothing is left of this credit."))
        revoked = Revocation.objects.create(
            line=line, cents=cents, requested_by_id=actor.require_user()
        )
        _take_back(revoked, line.lot_account_id, allocation.company_id)
    return revoked


def _mine_locked(actor: Actor, allocation_line_id: int) -> AllocationLine:
    """The line, locked, where the actor manages its company; others' look like none."""
    actor.require(Role.COMPANY_MANAGER)
    line = (
        AllocationLine.objects.select_for_update(of=("self",))
        .select_related("allocation__plan")
        .filter(
            pk=allocation_line_id,
            allocation__company_id__in=actor.organisations(Role.COMPANY_MANAGER),
        )
        .first()
    )
    if line is None:
        raise not_found("CreditAllocationLine", field="allocationLineId")
    return line


def _take_back(revoked: Revocation, lot_account_id: int, company_id: int) -> None:
    budget = account(AccountKind.COMPANY_BUDGET, company_id)
    try:
        post(
            kind="credit_revoked",
            key=f"revocation:{revoked.pk}",
            legs=[Leg(lot_account_id, -revoked.cents), Leg(budget, revoked.cents)],
            reference=f"allocation {revoked.line.allocation_id}",
        )
    except Refusal as refusal:
        if refusal.code not in ("INSUFFICIENT_FUNDS", "INSUFFICIENT_CREDIT"):
            raise
        # Spent between the look and the posting; the lot's floor is the guard.
        raise Refusal(
            "CREDIT_BEING_SPENT", _("This credit is being spent just now. Look again in a moment.")
        ) from refusal
