"""Who may use an operation: a tuple of roles (any of them), ``SIGNED_IN`` or ``PUBLIC``."""

from __future__ import annotations

from typing import Any

from marketplace.people.actor import Actor, actor_of, not_signed_in, permission_denied

Access = tuple[str, ...]

PUBLIC: Access = ("*",)
SIGNED_IN: Access = ("signed_in",)


def actor_from(info: Any) -> Actor:
    """The actor of a GraphQL request."""
    return actor_of(getattr(info.context, "user", None))


def check(actor: Actor, access: Access) -> None:
    """Refuse with NOT_SIGNED_IN or PERMISSION_DENIED where the actor may not."""
    if access == PUBLIC:
        return
    if not actor.is_signed_in:
        raise not_signed_in()
    if access != SIGNED_IN and not actor.has(*access):
        raise permission_denied()
