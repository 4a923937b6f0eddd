"""Reads of this room: which text is current, whose adhesion is in force."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.utils import timezone

from plugins.ethics_charter.models import Adhesion, CharterVersion, Evidence


def in_force_on(day: date) -> Q:
    """Adhesions that hold on a day; on the day it is withdrawn an adhesion no longer does."""
    not_withdrawn = Q(withdrawn_from__isnull=True) | Q(withdrawn_from__gt=day)
    return Q(valid_from__lte=day, valid_until__gte=day) & not_withdrawn


def charter_in_force(provider_ids: Collection[int], on: date) -> set[int]:
    """Which of these providers have an adhesion in force on a day; one query."""
    return set(
        Adhesion.objects.filter(in_force_on(on), provider_id__in=provider_ids)
        .order_by()
        .values_list("provider_id", flat=True)
    )


def charter_versions() -> QuerySet[CharterVersion]:
    """Every text with its clauses, newest first."""
    return CharterVersion.objects.prefetch_related("clauses").order_by("-number")


def charter_current(on: date | None = None) -> CharterVersion | None:
    """The text that is to be signed on a day (default: today), or None before the first one."""
    day = on or timezone.localdate()
    return charter_versions().filter(valid_from__lte=day).first()


def adhesions(provider_ids: frozenset[int] | None) -> QuerySet[Adhesion]:
    """Adhesions with text and evidence, newest first; of every provider where None."""
    evidence = Evidence.objects.select_related("clause").order_by("pk")
    found = (
        Adhesion.objects.select_related("provider__organisation", "signed_by")
        .prefetch_related(
            Prefetch("version", charter_versions()),
            Prefetch("evidence", evidence),
        )
        .order_by("-pk")
    )
    return found if provider_ids is None else found.filter(provider_id__in=provider_ids)


def signed_charter(provider_id: int) -> Adhesion | None:
    """The adhesion that is in force today, else the last that a provider signed."""
    return (
        adhesions(frozenset({provider_id})).order_by(_not_in_force(), "-signed_at", "-pk").first()
    )


def _not_in_force() -> Case:
    """0 for what is in force today, 1 for the rest."""
    today = timezone.localdate()
    return Case(
        When(in_force_on(today), then=Value(0)), default=Value(1), output_field=IntegerField()
    )
