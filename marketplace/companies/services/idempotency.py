"""Idempotency keys that clients choose."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.refusals import Refusal

LONGEST = 64


def check_key(key: str) -> None:
    """Refuse with INVALID_IDEMPOTENCY_KEY what is empty, blank or longer than 64 characters."""
    if not key.strip() or len(key) > LONGEST:
        raise Refusal(
            "INVALID_IDEMPOTENCY_KEY",
            _("Give a key of 1 to %(most)s characters, a new one for each new request.")
            % {"most": LONGEST},
            field="idempotencyKey",
        )
