"""One reconciler at a time, in the whole installation: a lock of the database session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from marketplace.ledger.database import fetch_one
from marketplace.refusals import Refusal

_KEY = "SELECT {function}(hashtextextended('welfarepiu.reconciler', 0))"


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the lock inside; PostgreSQL frees it where the process dies.

    Raises:
        Refusal: RECONCILER_BUSY where another one has it; nobody waits.
    """
    (got,) = fetch_one(_KEY.format(function="pg_try_advisory_lock"))
    if not got:
        raise Refusal(
            "RECONCILER_BUSY", _("Another reconciler is at work. Look at its result in a moment.")
        )
    try:
        yield
    finally:
        fetch_one(_KEY.format(function="pg_advisory_unlock"))
