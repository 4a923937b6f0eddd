"""``User.objects.create_user``, which Django promises of every user model and Saleor 3 has not."""

from __future__ import annotations

from typing import Any

from saleor.account.models import User, UserManager


def create_user(manager: Any, email: str, password: str | None = None, **columns: Any) -> User:
    """A user with an e-mail address in Django's spelling; no password: none that opens."""
    user = User(email=manager.normalize_email(email).lower(), **columns)
    user.set_password(password)
    user.save()
    return user


def can_be_created() -> None:
    """Give the manager that method; twice does no harm."""
    UserManager.create_user = create_user
