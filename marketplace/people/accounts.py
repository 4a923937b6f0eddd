"""Whose an account is: an e-mail address that nobody has proven is anybody's to register.

Whoever guesses who will be taken on next could open an account in their name beforehand, with a
password of their own, and wait for the role, the credit and the file that come with it.
"""

from __future__ import annotations

from typing import Any

from marketplace.people.models import Membership


def account_claim(user: Any) -> bool:
    """Before somebody's first role: a password chosen before it opens nothing any more, and who is
    signed in with it is out. Only who reads the letter to that address chooses the next one.

    Nothing changes for who has (or had) a role already, nor for the shop's staff. Returns whether
    the account was claimed.
    """
    if user.is_staff or Membership.objects.filter(user_id=user.pk).exists():
        return False
    user.set_unusable_password()
    user.save(update_fields=["password"])  # This ends sessions, too: marketplace.people.sessions.
    return True
