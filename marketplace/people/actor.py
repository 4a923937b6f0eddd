"""The actor: who asks, and what they may be in which organisation, today.

Every permission check in the project ends here. Being an operator opens nothing by itself: an
operation that an operator may do names the role.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.people.models import Membership
from marketplace.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Actor:
    """``grants``: (role, organisation id) pairs in force today. Nobody has ``user_id`` None."""

    user_id: int | None
    grants: frozenset[tuple[str, int]] = frozenset()

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    def has(self, *roles: str, organisation_id: int | None = None) -> bool:
        """Any of the roles, in that organisation where one is named."""
        return any(
            role in roles and organisation_id in (None, organisation)
            for role, organisation in self.grants
        )

    def organisations(self, *roles: str) -> frozenset[int]:
        """Ids of the organisations in which the actor has any of the roles."""
        return frozenset(organisation for role, organisation in self.grants if role in roles)

    def require(self, *roles: str, organisation_id: int | None = None) -> None:
        """Refuse with NOT_SIGNED_IN or PERMISSION_DENIED where :meth:`has` is false."""
        if not self.is_signed_in:
            raise not_signed_in()
        if not self.has(*roles, organisation_id=organisation_id):
            raise permission_denied()

    def require_user(self) -> int:
        """The actor's user id, or Refusal NOT_SIGNED_IN."""
        if self.user_id is None:
            raise not_signed_in()
        return self.user_id


NOBODY = Actor(None)


def not_signed_in() -> Refusal:
    return Refusal("NOT_SIGNED_IN", _("Sign in to do this."))


def permission_denied() -> Refusal:
    return Refusal(
        "PERMISSION_DENIED", _("Your role does not allow this. Ask your organisation's manager.")
    )


def in_force(on: Any = None) -> Q:
    """Memberships in force on a day (default: today)."""
    day = on or timezone.localdate()
    return Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gte=day))


def actor_of(user: Any) -> Actor:
    """The actor that a Saleor user is; one query, kept on the user object for the request.

    An app that acts in somebody's name has the permissions that Saleor lends it, and no role.
    """
    if user is None or not user.is_authenticated or not user.is_active:
        return NOBODY
    if getattr(user, "by_app", False):
        return NOBODY
    cached: Actor | None = getattr(user, "_welfare_actor", None)
    if cached is None:
        grants = Membership.objects.filter(in_force(), user_id=user.pk).values_list(
            "role", "organisation_id"
        )
        cached = user._welfare_actor = Actor(user.pk, frozenset(grants))
    return cached
