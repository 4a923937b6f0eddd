"""Signing out everywhere: tokens that were issued until a moment are refused from then on.

A token says itself when it was issued; the moment is one row per person. A new password ends what
was open too: whoever knew the old one is out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import jwt
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.people.models import SessionsEnd
from marketplace.refusals import Refusal

EPOCH = datetime.fromtimestamp(0, tz=UTC)


def sessions_end(*, user_id: int) -> datetime:
    """Refuse every token of theirs that was issued until now; return the moment."""
    now = timezone.now()
    SessionsEnd.objects.update_or_create(user_id=user_id, defaults={"at": now})
    return now


def check_session(user: Any, token: str) -> None:
    """Refusal TOKEN_EXPIRED where the token is from before they signed out everywhere.

    The token's signature has been checked by whoever read the user out of it.
    """
    if SessionsEnd.objects.filter(user_id=user.pk, at__gte=issued_at(token)).exists():
        raise Refusal("TOKEN_EXPIRED", _("You have signed out everywhere. Sign in again."))


def issued_at(token: str) -> datetime:
    """When a token was issued; long ago where it does not say.

    A token that says so in whole seconds counts as issued at the end of its second: a sign-in right
    after signing out everywhere must hold.
    """
    seconds = jwt.decode(token, options={"verify_signature": False}).get("iat")
    if seconds is None:
        return EPOCH
    if isinstance(seconds, int):
        seconds += 0.999_999
    return datetime.fromtimestamp(float(seconds), tz=UTC)


def password_saved(
    sender: Any, instance: Any, created: bool, update_fields: Any = None, **_more: Any
) -> None:
    """Follows each saving of a user: Saleor says ``update_fields`` when it sets a password."""
    if not created and update_fields and "password" in update_fields:
        sessions_end(user_id=instance.pk)
