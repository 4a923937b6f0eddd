from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from storefront.api import ask
from storefront.money import today

NEAR_KM = 12.0
# The first letter about credit that expires goes out then; from then on the page says so too.
SOON_DAYS = 60


def home(request: HttpRequest) -> HttpResponse:
    """Credit and what is near for whoever is signed in; else what this is, and the window."""
    if request.person is None:
        found = ask(request, "home/window")
        return render(request, "home/window.html", {**found, "listings": nodes(found["listings"])})
    found = ask(request, "home/mine")
    told = {
        **found,
        "purchases": nodes(found["myPurchases"]),
        "soon": expiring(found["myWallets"] or ()),
        "listings": near(request, found["myHome"]),
    }
    return render(request, "home/mine.html", told)


def nodes(connection: Mapping[str, Any] | None) -> list[Any]:
    """The rows of one page of a list."""
    return [edge["node"] for edge in (connection or {}).get("edges", ())]


def near(request: HttpRequest, home: Mapping[str, Any] | None) -> list[Any]:
    """What is offered around the person's comune; anything, where that is not known or is empty."""
    if home:
        around = {"near": {"comune": home["comune"]["id"], "km": NEAR_KM}}
        found = nodes(ask(request, "home/near", filter=around)["listings"])
        if found:
            return found
    return nodes(ask(request, "home/near", filter=None)["listings"])


def expiring(wallets: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The lot that expires first of all wallets, where that is soon, with the days left."""
    lots = [lot for wallet in wallets for lot in wallet["lots"]]
    if not lots:
        return None
    first = min(lots, key=lambda lot: lot["expiresOn"])
    days = (date.fromisoformat(first["expiresOn"]) - today()).days
    return {**first, "days": days} if days <= SOON_DAYS else None
