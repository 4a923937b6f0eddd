from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import zip_longest
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from storefront.api import ApiRefusal, ask
from storefront.money import today

NEAR_KM = 12.0
# The first letter about credit that expires goes out then; from then on the page says so too.
SOON_DAYS = 60
SHOWN = 8


def home(request: HttpRequest) -> HttpResponse:
    """Credit and what is near for whoever is signed in; else what this is, and the window."""
    if request.person is None:
        found = ask(request, "home/window")
        return render(request, "home/window.html", {"listings": shown(found), **together(request)})
    found = ask(request, "home/mine")
    told = {
        **found,
        "purchases": nodes(found["myPurchases"]),
        "soon": expiring(found["myWallets"] or ()),
        "listings": near(request, found["myHome"]),
        **together(request),
    }
    return render(request, "home/mine.html", told)


def nodes(connection: Mapping[str, Any] | None) -> list[Any]:
    """The rows of one page of a list."""
    return [edge["node"] for edge in (connection or {}).get("edges", ())]


def together(request: HttpRequest) -> dict[str, Any]:
    """What all orders have given to the Fund; nothing where there is none yet."""
    try:
        return ask(request, "home/together")
    except ApiRefusal:
        return {}


def near(request: HttpRequest, home: Mapping[str, Any] | None) -> list[Any]:
    """What is offered around the person's comune; anything, where that is not known or is empty."""
    if home:
        around = {"near": {"comune": home["comune"]["id"], "km": NEAR_KM}}
        found = shown(ask(request, "home/near", filter=around))
        if found:
            return found
    return shown(ask(request, "home/near", filter=None))


def shown(found: Mapping[str, Any]) -> list[Any]:
    """Eight of what can be bought, one of each provider after the other: a window, not a list."""
    by_provider: dict[str, list[Any]] = {}
    for one in nodes(found["listings"]):
        if one["isAvailable"] and one["charterInForce"]:
            by_provider.setdefault(one["provider"]["id"], []).append(one)
    rounds = zip_longest(*by_provider.values())
    return [one for several in rounds for one in several if one is not None][:SHOWN]


def expiring(wallets: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The lot that expires first of all wallets, where that is soon, with the days left."""
    lots = [lot for wallet in wallets for lot in wallet["lots"]]
    if not lots:
        return None
    first = min(lots, key=lambda lot: lot["expiresOn"])
    days = (date.fromisoformat(first["expiresOn"]) - today()).days
    return {**first, "days": days} if days <= SOON_DAYS else None
