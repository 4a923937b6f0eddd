from __future__ import annotations

from typing import NamedTuple

from django.db.models import QuerySet

from marketplace.territory.distances import Place, box_around, distance_km
from marketplace.territory.models import Comune


class Near(NamedTuple):
    """A comune and how many kilometres away it is."""

    comune: Comune
    km: float


def comuni() -> QuerySet[Comune]:
    """Every comune with its ambito, by name."""
    return Comune.objects.select_related("ambito").order_by("name", "pk")


def comuni_within(centre: Place, *, km: float) -> list[Near]:
    """Comuni whose centroid is at most ``km`` kilometres from ``centre``, nearest first.

    One query: the index narrows to a box, the exact distance is worked out on what is left.
    """
    box = box_around(centre, km)
    boxed = comuni().filter(lat__range=(box.south, box.north), lon__range=(box.west, box.east))
    near = [Near(comune, distance_km(centre, comune)) for comune in boxed]
    return sorted((n for n in near if n.km <= km), key=lambda n: (n.km, n.comune.pk))
