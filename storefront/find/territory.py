"""The shop as a map: how much there is in which comune, and how far it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from storefront.api import ask
from storefront.find.chart import chart
from storefront.find.filters import DISTANCES, Asked, chips
from storefront.find.shelf import shelved


def page(request: HttpRequest) -> HttpResponse:
    """The map of what the address asks for, with a list of the comuni beside it."""
    return shelved(request, _page)


def _page(request: HttpRequest) -> HttpResponse:
    asked = Asked.of(request.GET)
    found = ask(request, "find/map", filter=asked.variables())
    places = [edge["node"] for edge in found["comuni"]["edges"]]
    counted = {row["comune"]["id"]: row for row in found["listingFacets"]["comuni"]}
    counts = {key: row["count"] for key, row in counted.items()}
    distances = {key: row["km"] for key, row in counted.items()}
    drawn = chart(places, counts, distances, asked.get("da"), DISTANCES)
    here, shop = reverse("find:map"), reverse("find:listings")
    rows = [
        {
            "id": spot.id,
            "name": spot.name,
            "count": spot.count,
            "km": spot.km,
            "is_near": _is_near(spot.km, asked.km),
            "address": asked.address(shop, comune=spot.id, km=""),
        }
        for spot in drawn.spots
        if spot.count
    ]
    told = {
        "asked": asked,
        "chart": drawn,
        "spots": [
            (spot, _is_near(spot.km, asked.km), asked.address(shop, comune=spot.id, km=""))
            for spot in drawn.spots
        ],
        "rows": sorted(rows, key=lambda row: _order(row, bool(asked.get("da")))),
        "places": places,
        "here": here,
        "list_path": asked.address(shop),
        "rings": [(km, asked.address(here, km=str(km))) for km in DISTANCES],
        "any_distance": asked.address(here, km=""),
        "chips": list(chips(asked, {one["id"]: one["name"] for one in places}, here)),
        "kept": [
            (name, value) for name, value in asked.values.items() if name not in ("da", "km", "q")
        ],
    }
    return render(request, "find/map.html", told)


def _is_near(km: float | None, most: float | None) -> bool:
    return most is None or km is None or km <= most


def _order(row: dict[str, Any], by_distance: bool) -> Any:
    return (row["km"] or 0.0, row["name"]) if by_distance else (-row["count"], row["name"])
