"""How this project says no: a code for the program and a sentence for the person.

Every service raises :class:`Refusal` (or a subclass) and nothing else for bad input; the API turns
it into ``errors { field message code }`` and, outside a mutation payload, into an error with
``extensions.code``. A refusal changes nothing: it is raised before the first write or rolls back
with its transaction.
"""

from __future__ import annotations

from typing import Any

from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """The request was understood and is refused.

    Args:
        code: UPPER_SNAKE_CASE, one per way of refusing, stable for clients.
        message: one sentence a person can act on (translated; it may name a line, a limit).
        field: the input field at fault, in camelCase, where there is one.
        facts: values a client may show (cents, dates as ISO strings); never personal data.
    """

    def __init__(self, code: str, message: Any, *, field: str | None = None, **facts: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.field = field
        self.facts = facts
        self._message = message

    @property
    def message(self) -> str:
        """The sentence, in the language active when it is read."""
        return str(self._message)

    def __str__(self) -> str:
        return f"{self.code}: {self._message}"


class Refusals(Refusal):
    """Several refusals at once (one per line of a cart, say); never empty."""

    def __init__(self, refusals: list[Refusal]) -> None:
        if not refusals:
            raise ValueError("Refusals needs at least one refusal")
        first = refusals[0]
        super().__init__(first.code, first._message, field=first.field, **first.facts)
        self.refusals = refusals


_by_constraint: dict[str, tuple[str, Any]] = {}


def register_constraint(name: str, code: str, message: Any) -> None:
    """Say what a person is told where the database's constraint (or trigger) of that name refuses.

    For guards that stand in the database because Saleor's own mutations must meet them too.
    """
    _by_constraint[name] = (code, message)


# What PostgreSQL calls a reference to a row that is not there, or would not be any more.
_REFERENCE_BROKEN = ("23503", "23001")


def refusal_of(error: BaseException) -> Refusal | None:
    """The refusal that a database error stands for: its constraint is registered, or it keeps what
    something else refers to (STILL_IN_USE)."""
    if isinstance(error, ProtectedError | RestrictedError):
        return _still_in_use()
    diagnostics = getattr(error.__cause__, "diag", None)
    known = _by_constraint.get(getattr(diagnostics, "constraint_name", None) or "")
    if known is None and getattr(diagnostics, "sqlstate", None) in _REFERENCE_BROKEN:
        return _still_in_use()
    return Refusal(*known) if known else None


def _still_in_use() -> Refusal:
    return Refusal(
        "STILL_IN_USE",
        _(
            "Orders, listings or other records still refer to this, so it stays. Unpublish or "
            "deactivate it instead."
        ),
    )
