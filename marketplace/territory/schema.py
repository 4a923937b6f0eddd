"""The comuni of the territory, for anybody: a map shows them before anybody signs in."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api import access
from marketplace.api.entities import Entity, from_global, not_found
from marketplace.api.fields import connection, field
from marketplace.people.actor import Actor
from marketplace.refusals import Refusal
from marketplace.territory import selectors
from marketplace.territory.models import Comune

FARTHEST_KM = 500


class AmbitoType(Entity):
    """A social-services district: comuni that plan services together."""

    class Meta:
        name = "Ambito"

    number = graphene.Int(required=True)
    name = graphene.String(required=True)


class ComuneType(Entity):
    """A municipality, with an approximate centroid."""

    class Meta:
        name = "Comune"
        noun = _("a comune")

    name = graphene.String(required=True)
    cap = graphene.String(required=True, description="Postal code, five digits.")
    lat = graphene.Float(required=True, description="Degrees north (WGS 84).")
    lon = graphene.Float(required=True, description="Degrees east (WGS 84).")
    ambito = graphene.Field(AmbitoType, required=True)


class NearComune(graphene.ObjectType):
    """A comune and how far it is, as the crow flies."""

    comune = graphene.Field(ComuneType, required=True)
    km = graphene.Float(required=True)


def resolve_comuni(info: Any, actor: Actor) -> Any:
    return selectors.comuni()


def resolve_comuni_near(info: Any, actor: Actor, comune: str, km: float) -> list[selectors.Near]:
    """Comuni within ``km`` (above 0, at most 500) of a comune, nearest first."""
    if not 0 < km <= FARTHEST_KM:
        raise Refusal(
            "INVALID_DISTANCE",
            _("Ask for a distance above 0 and up to %(most)s kilometres.") % {"most": FARTHEST_KM},
            field="km",
        )
    centre = Comune.objects.filter(pk=from_global(comune, "Comune", field="comune")).first()
    if centre is None:
        raise not_found("Comune", field="comune")
    return selectors.comuni_within(centre, km=km)


class Queries(graphene.ObjectType):
    comuni = connection(
        ComuneType,
        roles=access.PUBLIC,
        resolver=resolve_comuni,
        description="The comuni of the territory, by name.",
    )
    comuni_near = field(
        graphene.List(graphene.NonNull(NearComune)),
        roles=access.PUBLIC,
        resolver=resolve_comuni_near,
        description="The comuni within so many kilometres of one, nearest first.",
        comune=graphene.ID(required=True),
        km=graphene.Float(required=True),
    )
