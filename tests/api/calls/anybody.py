"""What anybody may read, and what is made for oneself."""

from __future__ import annotations

from typing import Any

from tests.api.calls.call import Call, call, of
from tests.api.calls.companies import MANAGER
from tests.api.world import World
from tests.engine.installed import EXCHANGED, exchange_token_of

# What anybody may read, and what is made for oneself: no argument names anybody's object.
TAKES_NOTHING_OF_ANYBODY = frozenset(
    {
        "benefitCategories",
        "charter",
        "charterVersions",
        "comuni",
        "comuniNear",
        "confirmAccount",
        "fund",
        "fundRegulation",
        "fundRequestCreate",
        "fundRequestPrecheck",
        "fundTransparency",
        "homeSet",
        "levyPledgeSet",
        "listingFacets",
        "listings",
        "passwordChange",
        "provider",
        "providerSuggest",
        "providers",
        "requestPasswordReset",
        "sessionsEnd",
        "setPassword",
        "sfaVocabulary",
        "signedCharter",
        "tokenCreate",
        "tokenRefresh",
        "trainingServiceCreate",
        "trainingServices",
        "waysToPay",
        "windowStamp",
    }
)

# Of a letter to somebody who is not there.
LINK = {"email": "nobody@example.com", "token": "a-guess"}


def calls() -> list[Call]:
    asked = {
        "reason": "health",
        "description": "A treatment that nobody covers",
        "isee": "9000.00",
        "householdSize": 1,
        "amount": "400.00",
    }
    return [
        call("benefitCategories", "nobody"),
        call("charter", "nobody"),
        call("charterVersions", "nobody", _page),
        call("comuni", "nobody", _page),
        call("comuniNear", "nobody", of("comune", "comune", km=10.0)),
        call("confirmAccount", "nobody", lambda _world: LINK),
        call("fund", "nobody"),
        call("fundRegulation", "nobody"),
        call("fundRequestCreate", "employee", lambda _world: {"input": asked}),
        call("fundRequestPrecheck", "employee", lambda _world: {"input": asked}),
        call("fundTransparency", "nobody"),
        call("homeSet", "employee", of("comune", "comune")),
        call("levyPledgeSet", "employee", lambda _world: {"share": False, "roundUp": False}),
        call("listing", "nobody", lambda world: {"slug": world.town.honey.product.slug}),
        call("listingFacets", "nobody", lambda world: {"filter": _listing_filter(world)["filter"]}),
        call("listings", "nobody", _listing_filter),
        call("listings", "nobody", lambda world: {**_listing_filter(world), "sort": "DISTANCE"}),
        call("myMemberships", "employee", None, "colleague", MANAGER, refused_with=None),
        call("myHome", "employee", None, "colleague", refused_with=None),
        call(
            "passwordChange",
            "employee",
            lambda _world: {"oldPassword": "password", "newPassword": "another password"},
        ),
        call("provider", "nobody", of("provider")),
        call("providers", "nobody", _page),
        call(
            "requestPasswordReset",
            "nobody",
            lambda _world: {"email": "nobody@example.com", "redirectUrl": "http://127.0.0.1/new"},
        ),
        call("sessionsEnd", "employee"),
        call("setPassword", "nobody", lambda _world: {**LINK, "password": "another password"}),
        call("sfaVocabulary", "tutor"),
        call(
            "tokenCreate",
            "nobody",
            lambda _world: {"email": "nobody@example.com", "password": "password"},
        ),
        call(
            "tokenRefresh",
            "nobody",
            lambda world: {EXCHANGED: exchange_token_of(world.town.employee)},
        ),
        call(
            "trainingServiceCreate",
            "operator",
            lambda world: {"name": "SFA Nord", "comune": world["comune"], "km": 10.0},
        ),
        call("signedCharter", "nobody", of("provider", "provider")),
        call("trainingServices", "outsider", _page),
        call("windowStamp", "nobody"),
    ]


def _page(_world: World) -> dict[str, Any]:
    return {"first": 10}


def _listing_filter(world: World) -> dict[str, Any]:
    return {
        "first": 10,
        "filter": {
            "category": "f",
            "provider": world["provider"],
            "search": "Honey",
            "madeBySfa": False,
            "isService": False,
            "comune": world["comune"],
            "origin": world["comune"],
            "near": {"comune": world["comune"], "km": 10.0},
            "price": {"gte": "1.00", "lte": "99.00"},
        },
    }
