"""Suggesting a provider: who says the same joins those who said it before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from marketplace.api.entities import not_found
from marketplace.people.actor import Actor
from marketplace.people.models import Role
from marketplace.providers.models import Provider
from marketplace.refusals import Refusal
from marketplace.suggestions.models import Suggestion, Voice
from marketplace.suggestions.names import is_alike, key_of
from marketplace.territory.models import Comune

LONGEST_NAME, LONGEST_OFFER, LONGEST_WHY = 120, 300, 1_000
MOST_PER_PERSON = 5
WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Suggested:
    """What came of it: ``voices`` people have asked for it by now; ``joined``: others had before;
    ``again``: this person had, and has new words for it now."""

    suggestion: Suggestion
    voices: int
    joined: bool
    again: bool


def provider_suggest(
    *, actor: Actor, name: str, comune_id: int, offers: str, why: str = ""
) -> Suggested:
    """Say that a provider should be here.

    Raises:
        Refusal: PERMISSION_DENIED for who is no employee, INVALID_NAME, OFFER_REQUIRED,
            TEXT_TOO_LONG, NOT_FOUND for a comune, PROVIDER_ALREADY_HERE, TOO_MANY_SUGGESTIONS.
    """
    actor.require(Role.EMPLOYEE)
    user_id = actor.require_user()
    name, offers, why = " ".join(name.split()), offers.strip(), why.strip()
    _check(name, offers, why)
    with transaction.atomic():
        comune = Comune.objects.filter(pk=comune_id).first()
        if comune is None:
            raise not_found("Comune", field="comune")
        _check_not_here(name, comune)
        # One at a time: each person counts their own, and two who say the same are joined.
        _one_at_a_time(f"suggestions:user:{user_id}", f"suggestions:comune:{comune.pk}")
        suggestion, is_new = _suggestion(name, comune)
        again = Voice.objects.filter(suggestion=suggestion, user_id=user_id).exists()
        if not again:
            _check_number(user_id)
        Voice.objects.update_or_create(
            suggestion=suggestion, user_id=user_id, defaults={"offers": offers, "why": why}
        )
        voices = suggestion.voices.count()
    return Suggested(suggestion, voices, joined=not is_new, again=again)


def _check(name: str, offers: str, why: str) -> None:
    if not key_of(name) or len(name) > LONGEST_NAME:
        raise Refusal(
            "INVALID_NAME",
            _("Write the provider's name, in at most %(most)s characters.")
            % {"most": LONGEST_NAME},
            field="name",
        )
    if not offers:
        raise Refusal("OFFER_REQUIRED", _("Say what it makes or does."), field="offers")
    for text, most, field in ((offers, LONGEST_OFFER, "offers"), (why, LONGEST_WHY, "why")):
        if len(text) > most:
            raise Refusal(
                "TEXT_TOO_LONG",
                _("Write at most %(most)s characters.") % {"most": most},
                field=field,
            )


def _check_not_here(name: str, comune: Comune) -> None:
    here = Provider.objects.filter(comune=comune).select_related("organisation")
    for provider in here:
        if is_alike(key_of(provider.organisation.name), key_of(name)):
            raise Refusal(
                "PROVIDER_ALREADY_HERE",
                _("«%(name)s» of %(comune)s is in the shop already.")
                % {"name": provider.organisation.name, "comune": comune.name},
                field="name",
            )


def _one_at_a_time(*what: str) -> None:
    with connection.cursor() as cursor:
        for one in what:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [one])


def _suggestion(name: str, comune: Comune) -> tuple[Suggestion, bool]:
    """What was suggested in that comune under this name, or one that is almost it; else new."""
    key = key_of(name)
    alike = (one for one in comune.suggestions.order_by("pk") if is_alike(one.key, key))
    found = next(alike, None)
    if found is not None:
        return found, False
    return Suggestion.objects.create(comune=comune, name=name, key=key), True


def _check_number(user_id: int) -> None:
    recent = Voice.objects.filter(user_id=user_id, said_at__gt=timezone.now() - WITHIN).count()
    if recent >= MOST_PER_PERSON:
        raise Refusal(
            "TOO_MANY_SUGGESTIONS",
            ngettext_lazy(
                "You may suggest %(most)s provider in %(days)s days. Come back later.",
                "You may suggest %(most)s providers in %(days)s days. Come back later.",
                MOST_PER_PERSON,
            )
            % {"most": MOST_PER_PERSON, "days": WITHIN.days},
        )
