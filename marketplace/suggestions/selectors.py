"""Reads of this room: what the operator sees, what I have said."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Count, Prefetch, QuerySet

from marketplace.suggestions.models import Suggestion, Voice
from marketplace.territory.models import Comune


class ComuneVoices(NamedTuple):
    """How many providers were suggested in a comune, by how many voices."""

    comune: Comune
    suggestions: int
    voices: int


def suggestions(comune_id: int | None = None) -> QuerySet[Suggestion]:
    """Everything suggested, most wanted first, with what people said of it but not who they are."""
    words = Voice.objects.only("suggestion_id", "offers", "why", "said_at").order_by("-pk")
    found = (
        Suggestion.objects.select_related("comune__ambito")
        .prefetch_related(Prefetch("voices", queryset=words))
        .annotate(voice_count=Count("voices"))
        .order_by("-voice_count", "-pk")
    )
    return found if comune_id is None else found.filter(comune_id=comune_id)


def by_comune() -> list[ComuneVoices]:
    """Of every comune in which something was suggested, most voices first: one statement."""
    counted = (
        Comune.objects.select_related("ambito")
        .annotate(
            suggested=Count("suggestions", distinct=True), voices=Count("suggestions__voices")
        )
        .filter(suggested__gt=0)
        .order_by("-voices", "name", "pk")
    )
    return [ComuneVoices(one, one.suggested, one.voices) for one in counted]


def voices_of(user_id: int) -> QuerySet[Voice]:
    """What one person has suggested, newest first."""
    return Voice.objects.filter(user_id=user_id).select_related("suggestion__comune__ambito")
