"""Suggesting providers, for employees; how many want whom where, for the operator."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _

from marketplace.api import access
from marketplace.api.entities import Entity, from_global
from marketplace.api.fields import connection, field
from marketplace.api.mutations import WelfareMutation
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.suggestions import selectors, services
from marketplace.suggestions.models import Suggestion, Voice
from marketplace.territory.schema import ComuneType


class SuggestionVoice(graphene.ObjectType):
    """What somebody said of a provider that they would like; not who."""

    offers = graphene.String(required=True)
    why = graphene.String(required=True)


class ProviderSuggestionType(Entity):
    """A provider that people would like to find here, with what they said of it."""

    class Meta:
        name = "ProviderSuggestion"
        noun = _("a suggestion")

    name = graphene.String(required=True)
    comune = graphene.Field(ComuneType, required=True)
    created_at = graphene.DateTime(required=True)
    voice_count = graphene.Int(required=True, description="How many people asked for it.")
    voices = graphene.List(graphene.NonNull(SuggestionVoice), required=True)

    @staticmethod
    def resolve_voices(root: Suggestion, _info: Any) -> Any:
        return root.voices.all()


class SuggestionsOfComune(graphene.ObjectType):
    """How much people would like to find in one comune."""

    comune = graphene.Field(ComuneType, required=True)
    suggestions = graphene.Int(required=True)
    voices = graphene.Int(required=True)


class MySuggestion(graphene.ObjectType):
    """A provider that I suggested."""

    name = graphene.String(required=True)
    comune = graphene.Field(ComuneType, required=True)
    offers = graphene.String(required=True)
    why = graphene.String(required=True)
    said_at = graphene.DateTime(required=True)

    @staticmethod
    def resolve_name(root: Voice, _info: Any) -> str:
        return root.suggestion.name

    @staticmethod
    def resolve_comune(root: Voice, _info: Any) -> Any:
        return root.suggestion.comune


def resolve_suggestions(_info: Any, _actor: Actor, comune: str | None = None) -> Any:
    place = from_global(comune, "Comune", field="comune") if comune is not None else None
    return selectors.suggestions(place)


def resolve_by_comune(_info: Any, _actor: Actor) -> list[selectors.ComuneVoices]:
    return selectors.by_comune()


def resolve_mine(_info: Any, actor: Actor) -> Any:
    return selectors.voices_of(actor.require_user())[: services.MOST_PER_PERSON * 4]


class Queries(graphene.ObjectType):
    provider_suggestions = connection(
        ProviderSuggestionType,
        roles=(Role.OPERATOR,),
        resolver=resolve_suggestions,
        description="Providers that people would like to find here, most wanted first.",
        comune=graphene.ID(),
    )
    provider_suggestions_by_comune = field(
        graphene.List(graphene.NonNull(SuggestionsOfComune)),
        roles=(Role.OPERATOR,),
        resolver=resolve_by_comune,
        description="How many providers were suggested where, by how many voices.",
    )
    my_provider_suggestions = field(
        graphene.List(graphene.NonNull(MySuggestion)),
        roles=access.SIGNED_IN,
        resolver=resolve_mine,
        description="The providers that I suggested, newest first.",
    )


class ProviderSuggestInput(graphene.InputObjectType):
    name = graphene.String(required=True)
    comune = graphene.ID(required=True)
    offers = graphene.String(required=True, description="What it makes or does.")
    why = graphene.String(description="Why it should be here.")


class ProviderSuggest(WelfareMutation):
    """Who says the same joins those who said it before."""

    voices = graphene.Int(description="How many people have asked for it by now.")
    joined = graphene.Boolean(description="Others, or you, had suggested it before.")
    again = graphene.Boolean(description="You had: your new words are kept in place of the old.")

    class Arguments:
        input = ProviderSuggestInput(required=True)

    class Meta:
        description = "Suggest a provider that should be in the shop."
        roles = (Role.EMPLOYEE,)

    @classmethod
    def perform(cls, info: Any, actor: Actor, **data: Any) -> Any:
        given = data["input"]
        done = services.provider_suggest(
            actor=actor,
            name=given["name"],
            comune_id=from_global(given["comune"], "Comune", field="comune"),
            offers=given["offers"],
            why=given.get("why") or "",
        )
        return cls(voices=done.voices, joined=done.joined, again=done.again)


class Mutations(graphene.ObjectType):
    provider_suggest = ProviderSuggest.Field()
