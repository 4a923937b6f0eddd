"""Who I am: what a client needs to know which of its screens to show."""

from __future__ import annotations

from typing import Any

import graphene

from marketplace.api import access
from marketplace.api.entities import Entity
from marketplace.api.fields import field
from marketplace.api.mutations import WelfareMutation
from marketplace.people import signing_in
from marketplace.people.actor import Actor, in_force
from marketplace.people.models import Membership
from marketplace.people.sessions import sessions_end


class Organisation(Entity):
    """A legal body of the alliance."""

    name = graphene.String(required=True)
    kind = graphene.String(required=True)


class MembershipType(Entity):
    """One role in one organisation, in force."""

    class Meta:
        name = "Membership"

    role = graphene.String(required=True)
    organisation = graphene.Field(Organisation, required=True)
    since = graphene.Date(required=True)
    until = graphene.Date()


def my_memberships(info: Any, actor: Actor) -> Any:
    return Membership.objects.filter(in_force(), user_id=actor.user_id).select_related(
        "organisation"
    )


class SessionsEnd(WelfareMutation):
    """Anybody, for themselves."""

    class Meta:
        description = (
            "Signs me out everywhere: every token that was issued until now is refused from now "
            "on, the one that this is sent with too."
        )
        roles = access.SIGNED_IN

    @classmethod
    def perform(cls, info: Any, actor: Actor, **_data: Any) -> Any:
        sessions_end(user_id=actor.require_user())
        return cls()


class Queries(graphene.ObjectType):
    my_memberships = field(
        graphene.List(graphene.NonNull(MembershipType)),
        roles=access.SIGNED_IN,
        resolver=my_memberships,
        description="The roles that I have today, and where.",
    )


class Mutations(graphene.ObjectType):
    sessions_end = SessionsEnd.Field()
    token_create = signing_in.around("token_create", signing_in.sign_in)
    token_refresh = signing_in.around("token_refresh", signing_in.refresh)
    confirm_account = signing_in.around("confirm_account", signing_in.confirm)
    password_change = signing_in.around("password_change", signing_in.change_password)
    set_password = signing_in.around("set_password", signing_in.set_password)
    request_password_reset = signing_in.around("request_password_reset", signing_in.ask_for_letter)
