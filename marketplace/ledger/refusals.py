"""The sentences for the codes that the ledger's SQL functions return."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.refusals import Refusal

SENTENCES = {
    "INVALID_AMOUNT": _("The amount must be more than zero."),
    "UNKNOWN_ACCOUNT": _("One of the accounts does not exist."),
    "OTHER_TERRITORY": _(
        "One of the accounts belongs to another territory; money stays within one."
    ),
    "UNBALANCED_TRANSFER": _("What goes out and what comes in differ."),
    "EMPTY_TRANSFER": _("Nothing would move: every amount is zero."),
    "INSUFFICIENT_CREDIT": _(
        "The wallet does not hold enough credit that is still valid. Spend less."
    ),
    "INSUFFICIENT_FUNDS": _("The account does not hold enough money."),
    "IDEMPOTENCY_CONFLICT": _("This key was already used for a different request; use a new one."),
    "UNKNOWN_TRANSFER": _("This transfer does not exist."),
    "REFILL_TOO_LARGE": _("More would go back than was taken and has not yet been given back."),
    "NOT_REVERSIBLE": _("Only a transfer of its own can be reversed; void a hold instead."),
    "ALREADY_REVERSED": _("This transfer has already been reversed."),
    "ALREADY_REFILLED": _("Part of this transfer has been given back; give back the rest instead."),
    "LOT_NOT_EXPIRED": _("This credit can still be spent."),
    "LOT_EMPTY": _("Nothing is left of this credit."),
    "UNKNOWN_HOLD": _("This hold does not exist."),
    "HOLD_NOT_POSTED": _("This hold has not been posted; void it instead."),
    "HOLD_NOT_EXPIRED": _("This hold has not expired yet."),
    "HOLD_ALREADY_POSTED": _("This hold has already been posted."),
    "HOLD_ALREADY_VOIDED": _("This hold has been voided; start the payment again."),
    "HOLD_ALREADY_EXPIRED": _("This hold has expired; start the payment again."),
}


def refusal(code: str, **facts: Any) -> Refusal:
    """The refusal for a status that a SQL function returned."""
    known = {name: value for name, value in facts.items() if value is not None}
    return Refusal(code, SENTENCES[code], **known)
