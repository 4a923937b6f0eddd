"""Reads of this room: what customers see now, which of it, in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    F,
    Func,
    IntegerField,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.utils import timezone

from marketplace.providers.models import Listing, ListingStatus
from marketplace.providers.selectors import with_provider
from marketplace.shop import catalogue
from marketplace.window.models import Tally

# Beyond every comune of the list of distances.
FARTHEST_METRES = 40_000_000


class ListingSort(Enum):
    """How a list of listings is ordered; what is equal, newest first."""

    NEW = "new"
    PRICE = "price"
    PRICE_DESC = "price_desc"
    DISTANCE = "distance"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which listings; what is None does not narrow. ``km_by_comune``: how far each comune is from
    the one that was asked about, ``km`` how far a provider may be."""

    category: str | None = None
    provider_id: int | None = None
    comune_id: int | None = None
    origin_id: int | None = None
    made_by_sfa: bool | None = None
    is_service: bool | None = None
    price_from_cents: int | None = None
    price_to_cents: int | None = None
    search: str = ""
    km_by_comune: Mapping[int, float] = field(default_factory=dict)
    km: float | None = None

    @property
    def near_ids(self) -> list[int] | None:
        """Keys of the comuni that are near enough, or None where any is."""
        if self.km is None:
            return None
        return [comune for comune, km in self.km_by_comune.items() if km <= self.km]


def offered(wanted: Wanted | None = None) -> QuerySet[Listing]:
    """Listings that customers see now, newest first."""
    found = with_provider().filter(catalogue.visible(), status=ListingStatus.PUBLISHED)
    return narrowed(found, wanted or Wanted()).order_by("-pk")


def narrowed(found: QuerySet[Listing], wanted: Wanted) -> QuerySet[Listing]:
    """Those that are wanted."""
    conditions = {
        "category_code": wanted.category,
        "provider_id": wanted.provider_id,
        "provider__comune_id": wanted.comune_id,
        "production_comune_id": wanted.origin_id,
        "made_by_sfa": wanted.made_by_sfa,
        "is_service": wanted.is_service,
        "searchable__price_cents__gte": wanted.price_from_cents,
        "searchable__price_cents__lte": wanted.price_to_cents,
        "provider__comune_id__in": wanted.near_ids,
    }
    found = found.filter(**{name: value for name, value in conditions.items() if value is not None})
    words = wanted.search.split()
    if words:
        found = found.filter(pk__in=RawSQL("SELECT window_find(%s::text[])", [words]))
    return found


def ordered(found: QuerySet[Listing], wanted: Wanted, by: ListingSort) -> QuerySet[Listing]:
    """In that order; by relevance without words, or by distance from nowhere, is newest first."""
    if by is ListingSort.PRICE:
        return found.annotate(price_cents=F("searchable__price_cents")).order_by(
            "price_cents", "-pk"
        )
    if by is ListingSort.PRICE_DESC:
        return found.annotate(price_cents=F("searchable__price_cents")).order_by(
            "-price_cents", "-pk"
        )
    if by is ListingSort.DISTANCE and wanted.km_by_comune:
        return found.annotate(metres=_metres(wanted.km_by_comune)).order_by("metres", "-pk")
    if by is ListingSort.RELEVANCE and wanted.search.strip():
        return found.annotate(relevance=_relevance(wanted.search)).order_by("-relevance", "-pk")
    return found


def _metres(km_by_comune: Mapping[int, float]) -> Case:
    return Case(
        *(
            When(provider__comune_id=comune, then=Value(round(km * 1000)))
            for comune, km in km_by_comune.items()
        ),
        default=Value(FARTHEST_METRES),
        output_field=IntegerField(),
    )


def _relevance(search: str) -> Func:
    return Func(
        F("searchable__document"),
        F("searchable__words"),
        Value(search),
        function="window_relevance",
        output_field=IntegerField(),
    )


def stamp() -> str:
    """Another text after every committed change of what the window shows, and every day: charters
    and publications begin and end by calendar and clock, with nobody writing anything."""
    changes: dict[str, Any] = Tally.objects.aggregate(
        changes=Sum("changes", output_field=BigIntegerField())
    )
    return f"{timezone.localdate():%Y%m%d}.{changes['changes']}.{catalogue.last_start()}"
