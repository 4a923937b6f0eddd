"""One article: what it is, whose, from where, and what pays for it."""

from __future__ import annotations

from collections.abc import Mapping
from math import asin, cos, radians, sin, sqrt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from storefront.api import ask
from storefront.find.shelf import mark, shelved
from storefront.money import km

MOST_PIECES = 50
MOST_BESIDE = 4
EARTH_RADIUS_KM = 6371.0


def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """The article's page; for whoever is signed in, with what pays and how far it is."""
    return shelved(
        request, lambda neutral: _listing(neutral, slug), lambda facts: _own(request, facts)
    )


def _listing(request: HttpRequest, slug: str) -> HttpResponse:
    found = ask(request, "find/article", slug=slug)
    article = found["listing"]
    if article is None:
        raise Http404
    around = ask(request, "find/around", provider=article["provider"]["id"])
    beside = [edge["node"] for edge in around["listings"]["edges"]]
    told = {
        "listing": article,
        "category": _category(found["benefitCategories"], article["categoryCode"]),
        "signed": around["signedCharter"],
        "more": [one for one in beside if one["id"] != article["id"]][:MOST_BESIDE],
        "most": min(article["availableQuantity"] or MOST_PIECES, MOST_PIECES),
        "add": _address("buy:add"),
        "here": request.get_full_path(),
        "csrf_token": mark("csrf_token"),
        "places": {
            name: mark_safe(mark(name))  # noqa: S308 (a mark of the shelf's)
            for name in ("pay", "distance")
        },
    }
    response = render(request, "find/article.html", told)
    place = article["provider"]["comune"]
    response.facts = {"listing": article["id"], "lat": place["lat"], "lon": place["lon"]}
    return response


def _category(categories: list[dict[str, Any]], code: str) -> dict[str, Any] | None:
    return next((one for one in categories if one["code"] == code), None)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _own(request: HttpRequest, facts: Mapping[str, Any]) -> dict[str, str]:
    """What pays for it and how far it is, for this reader."""
    found = ask(request, "find/ways", listing=facts["listing"])
    home = found["myHome"]
    return {
        "pay": render_to_string("find/ways.html", {"ways": found["waysToPay"]}, request),
        "distance": _distance(home["comune"], facts) if home else "",
    }


def _distance(home: Mapping[str, Any], place: Mapping[str, Any]) -> str:
    away = kilometres_between(home, place)
    if away < 0.5:
        return escape(_(" · in your comune"))
    return escape(_(" · %(km)s from %(comune)s") % {"km": km(away), "comune": home["name"]})


def kilometres_between(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """As the crow flies, of two places with ``lat`` and ``lon`` (the haversine formula)."""
    lat, other_lat = radians(one["lat"]), radians(other["lat"])
    half_lat = (other_lat - lat) / 2
    half_lon = radians(float(other["lon"]) - float(one["lon"])) / 2
    chord = sin(half_lat) ** 2 + cos(lat) * cos(other_lat) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))
