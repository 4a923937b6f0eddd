"""Passwords are counted by our limits alone (``marketplace.people.attempts``).

Saleor 3 has a limit of its own, by the address of the peer or by one that a header claims. Behind
the storefront that is the same for everybody: one person's mistake would keep the others out, and a
hundred mistakes all of them for an hour; and whoever writes the header gets around it.
"""

from __future__ import annotations

from typing import Any

from saleor.account.models import User
from saleor.account.utils import retrieve_user_by_email
from saleor.graphql.account.mutations.account import confirm_account
from saleor.graphql.account.mutations.authentication import create_token


def authenticate(request: Any, email: str, password: str) -> Any:
    """The user of that address and password, or None; as slow for an address that nobody has."""
    user = retrieve_user_by_email(email)
    right = (user or User()).check_password(password)
    return user if right else None


def are_counted_by_us() -> None:
    """Have ``tokenCreate`` and ``confirmAccount`` ask this; twice does no harm."""
    create_token.authenticate_with_throttling = authenticate
    confirm_account.authenticate_with_throttling = authenticate
