"""Where I live, to show what is near: chosen by me, else as my employment or my company has it."""

from __future__ import annotations

from typing import Any

import graphene

from marketplace.api import access
from marketplace.api.entities import from_global
from marketplace.api.fields import field
from marketplace.api.mutations import WelfareMutation
from marketplace.companies.selectors import comune_of_employment
from marketplace.people.actor import Actor
from marketplace.people.homes import chosen_home, home_set
from marketplace.territory.schema import ComuneType


class Home(graphene.ObjectType):
    """The comune from which distances are measured for me."""

    comune = graphene.Field(ComuneType, required=True)
    is_chosen = graphene.Boolean(
        required=True, description="Chosen by me; else it is my employment's or my company's."
    )


def my_home(_info: Any, actor: Actor) -> Home | None:
    user_id = actor.require_user()
    chosen = chosen_home(user_id)
    comune = chosen or comune_of_employment(user_id)
    return Home(comune=comune, is_chosen=chosen is not None) if comune else None


class HomeSet(WelfareMutation):
    """Anybody, for themselves."""

    home = graphene.Field(Home)

    class Arguments:
        comune = graphene.ID(description="Left out: as my employment or my company has it.")

    class Meta:
        description = "Chooses the comune from which distances are measured for me."
        roles = access.SIGNED_IN

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        gid = data.get("comune")
        home_set(
            user_id=actor.require_user(),
            comune_id=from_global(gid, "Comune", field="comune") if gid else None,
        )
        return cls(home=my_home(info, actor))


class Queries(graphene.ObjectType):
    my_home = field(
        Home,
        roles=access.SIGNED_IN,
        resolver=my_home,
        description="The comune from which distances are measured for me; none where unknown.",
    )


class Mutations(graphene.ObjectType):
    home_set = HomeSet.Field()
