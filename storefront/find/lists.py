"""The list of what the shop offers."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from storefront.api import ApiRefusal, ask
from storefront.errors import is_htmx
from storefront.find.filters import CHOSEN, DISTANCES, SORTS, Asked, chips
from storefront.find.shelf import shelved
from storefront.sessions import signed_in

PER_PAGE = 24


def listings(request: HttpRequest) -> HttpResponse:
    """The list as the address asks for it; for HTMX its results and counts alone."""
    return shelved(request, _listings)


@signed_in
def near_me(request: HttpRequest) -> HttpResponse:
    """The list by distance from where this person lives."""
    home = ask(request, "find/home")["myHome"]
    changes = {"da": home["comune"]["id"], "ordine": "distanza"} if home else {}
    asked = Asked.of(request.GET)
    return HttpResponseRedirect(asked.address(reverse("find:listings"), **changes))


def _listings(request: HttpRequest) -> HttpResponse:
    asked = Asked.of(request.GET)
    template = "find/found.html" if is_htmx(request) else "find/listings.html"
    try:
        found = ask(
            request,
            "find/listings",
            filter=asked.variables(),
            sort=SORTS[asked.sort][0],
            **_window(request),
        )
    except ApiRefusal as refusal:
        told = {"refusal": refusal, "asked": asked, "path": reverse("find:listings")}
        return render(request, template, told, status=400)
    return render(request, template, _told(request, asked, found))


def _window(request: HttpRequest) -> dict[str, Any]:
    """Which page of the list: after a cursor, or before one."""
    before, after = request.GET.get("prima"), request.GET.get("dopo")
    if before:
        return {"last": PER_PAGE, "before": before}
    return {"first": PER_PAGE, "after": after or None}


def _told(request: HttpRequest, asked: Asked, found: dict[str, Any]) -> dict[str, Any]:
    facets, path = found["listingFacets"], reverse("find:listings")
    comuni = [edge["node"] for edge in found["comuni"]["edges"]]
    kilometres = {one["comune"]["id"]: one["km"] for one in facets["comuni"]}
    items = [edge["node"] for edge in found["listings"]["edges"]]
    for item in items:
        item["km"] = kilometres.get(item["provider"]["comune"]["id"])
    active = list(chips(asked, _names(facets, comuni), path))
    return {
        "asked": asked,
        "path": path,
        "map_path": asked.address(reverse("find:map"), comune=""),
        "items": items,
        "facets": facets,
        "choices": _choices(asked, facets),
        "comuni": comuni,
        "distances": DISTANCES,
        "chips": active,
        "filter_count": len(active),
        **_pager(asked, found["listings"]["pageInfo"], path),
    }


def _names(facets: dict[str, Any], comuni: list[dict[str, Any]]) -> dict[str, str]:
    """What ids and codes of the address stand for."""
    return {
        **{comune["id"]: comune["name"] for comune in comuni},
        **{row["provider"]["id"]: row["provider"]["name"] for row in facets["providers"]},
        **{row["category"]["code"]: row["category"]["name"] for row in facets["categories"]},
    }


def _choices(asked: Asked, facets: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The values of each filter with their counts, largest first."""

    def rows(name: str, kind: str, key: str, parameter: str) -> list[dict[str, Any]]:
        found = [
            {
                "value": row[kind][key],
                "label": row[kind]["name"],
                "count": row["count"],
                "checked": asked.get(parameter) == row[kind][key],
            }
            for row in facets[name]
        ]
        chosen = asked.get(parameter)
        if chosen and not any(row["checked"] for row in found):
            # With the other filters it leaves nothing; it stays chosen all the same.
            label = CHOSEN[parameter]
            found.append({"value": chosen, "label": label, "count": 0, "checked": True})
        return sorted(found, key=lambda row: (-row["count"], str(row["label"])))

    def by_name(some: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(some, key=lambda row: str(row["label"]))

    return {
        "categories": rows("categories", "category", "code", "categoria"),
        "providers": by_name(rows("providers", "provider", "id", "fornitore")),
        "origins": by_name(rows("origins", "comune", "id", "origine")),
    }


def _pager(asked: Asked, info: dict[str, Any], path: str) -> dict[str, str]:
    base = asked.address(path)
    joint = "&" if "?" in base else "?"
    before, after = info["startCursor"], info["endCursor"]
    return {
        "previous": f"{base}{joint}prima={quote(before)}" if info["hasPreviousPage"] else "",
        "following": f"{base}{joint}dopo={quote(after)}" if info["hasNextPage"] else "",
    }
