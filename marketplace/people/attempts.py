"""How often a password may be tried, and a letter asked for: counted in the database, for all
workers together, and where the password is checked, so that no way to the API goes around it.

An attempt is counted before the password is looked at and forgotten when it was right. However many
come at once, no more than the limit are looked at. A refused one is not counted: whoever waits is
let in again when the limit says.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace import wording
from marketplace.people.models import LoginAttempt
from marketplace.refusals import Refusal

LONGEST = timedelta(hours=1)
MOST_DELETED_AT_ONCE = 10_000


@dataclass(frozen=True)
class Limit:
    """So many failures within so long, of what ``by`` names: ``account``, ``address`` or both."""

    by: tuple[str, ...]
    failures: int
    window: timedelta


# One person who mistypes; a password tried from many places; one place that tries many people. A
# company's whole office may stand behind one address, so that limit is wide.
SIGN_IN = (
    Limit(("account", "address"), 5, timedelta(minutes=15)),
    Limit(("account",), 30, LONGEST),
    Limit(("address",), 100, timedelta(minutes=15)),
)
LETTERS = (Limit(("account",), 3, LONGEST), Limit(("address",), 30, LONGEST))


@dataclass(frozen=True)
class Counted:
    """An attempt under way."""

    row: LoginAttempt

    def succeeded(self) -> None:
        """Forget it, and what failed before from the same place for the same account."""
        LoginAttempt.objects.filter(account=self.row.account, address=self.row.address).delete()


def hashed(kind: str, text: str) -> str:
    """A keyed hash: the same text is found again, and nobody reads it."""
    message = f"{kind}:{text.strip().lower()}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()


def attempt_begin(*, what: str, account: str, address: str, limits: tuple[Limit, ...]) -> Counted:
    """Count an attempt at ``what`` (``sign_in``, ``letter``).

    Raises:
        Refusal: LOGIN_TOO_OFTEN, with ``retryAt`` among its facts; nothing was counted.
    """
    now = timezone.now()
    row = LoginAttempt.objects.create(
        account=hashed(what, account), address=hashed(what, address), at=now
    )
    again = [when for limit in limits if (when := _free_at(limit, row))]
    if again:
        row.delete()
        raise too_often(max(again))
    return Counted(row)


def _free_at(limit: Limit, row: LoginAttempt) -> datetime | None:
    """When the next attempt will be let in; None where this one is."""
    others: QuerySet[LoginAttempt] = LoginAttempt.objects.filter(
        at__gt=row.at - limit.window, **{name: getattr(row, name) for name in limit.by}
    ).exclude(pk=row.pk)
    latest = list(others.order_by("-at").values_list("at", flat=True)[: limit.failures])
    return latest[-1] + limit.window if len(latest) == limit.failures else None


def too_often(again: datetime) -> Refusal:
    return Refusal(
        "LOGIN_TOO_OFTEN",
        _("Too many attempts. For your safety, try again at %(time)s.")
        # The next full minute: what is shown must not be too early.
        % {"time": wording.clock(again + timedelta(minutes=1))},
        retryAt=again.isoformat(),
    )


@contextmanager
def password_tried(*, account: str, address: str) -> Iterator[Counted]:
    """Around a check of a password; the block says ``succeeded()`` where it was right."""
    yield attempt_begin(what="sign_in", account=account, address=address, limits=SIGN_IN)


def letter_asked(*, account: str, address: str) -> None:
    """Count a letter that somebody asks to be sent to ``account``; LOGIN_TOO_OFTEN as above."""
    attempt_begin(what="letter", account=account, address=address, limits=LETTERS)


def attempts_forget() -> int:
    """Delete what no limit looks at any more; return how many, at most 10,000."""
    old = LoginAttempt.objects.filter(at__lt=timezone.now() - LONGEST).order_by("pk")
    keys = list(old.values_list("pk", flat=True)[:MOST_DELETED_AT_ONCE])
    LoginAttempt.objects.filter(pk__in=keys).delete()
    return len(keys)
