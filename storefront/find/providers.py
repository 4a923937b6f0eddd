"""Who is behind what the shop offers, and what they have signed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from storefront.api import ask
from storefront.find.shelf import shelved

DIMENSIONS = {
    "environmental": _("Environment"),
    "territorial": _("Territory"),
    "social": _("People and work"),
    "product": _("Product: where from and how made"),
}


def providers(request: HttpRequest) -> HttpResponse:
    """All of them, by name."""
    return shelved(request, _providers)


def _providers(request: HttpRequest) -> HttpResponse:
    found = ask(request, "find/providers")
    counts = {row["provider"]["id"]: row["count"] for row in found["listingFacets"]["providers"]}
    rows = [edge["node"] for edge in found["providers"]["edges"]]
    for row in rows:
        row["count"] = counts.get(row["id"], 0)
    return render(request, "find/providers.html", {"providers": rows})


def provider(request: HttpRequest, id: str) -> HttpResponse:
    """One, with all that it offers."""
    return shelved(request, lambda neutral: _provider(neutral, id))


def _provider(request: HttpRequest, gid: str) -> HttpResponse:
    found = ask(request, "find/provider", id=gid)
    told = {
        "provider": _there(found["provider"]),
        "items": [edge["node"] for edge in found["listings"]["edges"]],
        "signed": found["signedCharter"],
    }
    return render(request, "find/provider.html", told)


def charter(request: HttpRequest, id: str) -> HttpResponse:
    """The charter as this provider has signed it."""
    return shelved(request, lambda neutral: _charter(neutral, id))


def _charter(request: HttpRequest, gid: str) -> HttpResponse:
    found = ask(request, "find/charter", id=gid)
    signed = found["signedCharter"]
    told = {
        "provider": _there(found["provider"]),
        "signed": signed,
        "groups": _groups(signed["version"]["clauses"]) if signed else [],
    }
    return render(request, "find/charter.html", told)


def _groups(clauses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The clauses by dimension, in the order of their numbers."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for clause in sorted(clauses, key=lambda clause: clause["number"]):
        groups.setdefault(clause["dimension"], []).append(clause)
    return [
        {"title": DIMENSIONS.get(dimension, dimension), "clauses": group}
        for dimension, group in groups.items()
    ]


def _there(found: Any) -> Any:
    if found is None:
        raise Http404
    return found
