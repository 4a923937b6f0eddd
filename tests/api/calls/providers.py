"""What providers do with listings, orders and the charter."""

from __future__ import annotations

from typing import Any

from tests.api.calls.call import Call, call, of, paged
from tests.api.world import World

MAKER, OTHER_MAKER = "provider_manager", "other_provider_manager"


def calls() -> list[Call]:
    steps = ("providerOrderAccept", "provider_order"), ("providerOrderReady", "accepted_order")
    return [
        call(
            "charterSign",
            MAKER,
            lambda world: {"provider": world["unsigned"], "textHash": world["charter"]},
            OTHER_MAKER,
        ),
        call("evidenceAdd", MAKER, _evidence, OTHER_MAKER),
        # A draft is its provider's own affair; what is published is everybody's.
        call("listing", MAKER, of("draft"), OTHER_MAKER, "employee", "nobody"),
        call("listingCreate", MAKER, _listing, OTHER_MAKER),
        call("listingPublish", MAKER, of("draft"), OTHER_MAKER),
        call("listingStockSet", MAKER, of("listing", quantity=5), OTHER_MAKER),
        call(
            "listingUpdate",
            MAKER,
            lambda world: {"id": world["listing"], "input": _listing_facts(world)},
            OTHER_MAKER,
        ),
        call("listingWithdraw", MAKER, of("listing"), OTHER_MAKER),
        paged("myListings", MAKER, OTHER_MAKER),
        paged("myListings", MAKER, OTHER_MAKER, given=lambda _world: {"status": "draft"}),
        paged("myProviderOrders", MAKER, OTHER_MAKER),
        paged("myProviderOrders", MAKER, OTHER_MAKER, given=lambda _world: {"status": "accepted"}),
        paged("myProviderVouchers", OTHER_MAKER, MAKER),
        paged("myProviderVouchers", OTHER_MAKER, MAKER, given=lambda _world: {"status": "issued"}),
        paged("providerAdhesions", MAKER, OTHER_MAKER),
        paged("providerAdhesions", MAKER, OTHER_MAKER, given=of("provider", "provider")),
        *(call(step, MAKER, of(order), OTHER_MAKER) for step, order in steps),
        call("providerOrderComplete", MAKER, of("accepted_order"), OTHER_MAKER),
        # The camp's; a code is a secret of its holder, and whose it is may be said.
        call(
            "voucherRedeem",
            OTHER_MAKER,
            of("voucher_code", "code"),
            MAKER,
            codes="VOUCHER_OF_ANOTHER_PROVIDER",
            looks_unknown=False,
        ),
        call("providerOrderRefuse", MAKER, of("provider_order", why="Sold out"), OTHER_MAKER),
    ]


def _evidence(world: World) -> dict[str, Any]:
    return {
        "adhesion": world["adhesion"],
        "clause": world["clause"],
        "description": "Another certificate",
        "documentReference": "CERT 2",
    }


def _listing_facts(world: World) -> dict[str, Any]:
    return {
        "name": "Chestnut honey",
        "description": "Dark and bitter",
        "price": "9.50",
        "category": "f",
        "needsPacking": True,
        "needsDelivery": True,
        "madeBySfa": False,
        "provenance": "Val Cavallina",
        "productionMethod": "By hand",
        "productionComune": world["comune"],
        "vatVoucherKind": "multi_purpose",
    }


def _listing(world: World) -> dict[str, Any]:
    more = {"provider": world["provider"], "isService": False, "stock": 3}
    return {"input": {**_listing_facts(world), **more}}
