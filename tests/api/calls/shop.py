"""What employees do with carts, holds, orders and wallets."""

from __future__ import annotations

from typing import Any

from tests.api.calls.call import Call, Given, call, day, of, paged
from tests.api.calls.companies import MANAGER
from tests.api.calls.providers import OTHER_MAKER
from tests.api.world import World
from tests.shopping import ADDRESS


def calls() -> list[Call]:
    strangers = ("colleague", "other_employee")
    return [
        # The id of a checkout is a secret in Saleor: who knows it may read it, and no more.
        call(
            "checkoutComplete",
            "employee",
            of("ready_checkout", "checkoutId"),
            *strangers,
            "nobody",
            codes="HOLD_OF_ANOTHER PAYMENT_ERROR",
            looks_unknown=False,
        ),
        call("myPurchase", "employee", of("order_number", "orderNumber"), *strangers, MANAGER),
        paged("myPurchases", "employee", *strangers, MANAGER),
        call("myFundGiving", "employee", None, *strangers, MANAGER, refused_with=None),
        call("myMovements", "employee", _movements, *strangers, MANAGER),
        call("myVoucher", "employee", of("voucher"), *strangers, MANAGER, OTHER_MAKER),
        paged("myVouchers", "employee", *strangers, MANAGER),
        paged(
            "myVouchers",
            "employee",
            *strangers,
            OTHER_MAKER,
            given=lambda world: {"status": "issued", "orderNumber": world["order_number"]},
        ),
        call("myWallets", "employee", None, *strangers, MANAGER, refused_with=None),
        call(
            "orderLevy",
            "employee",
            of("order", "orderId"),
            *strangers,
            MANAGER,
            refused_with=None,
        ),
        call(
            "orderTasks",
            "employee",
            of("order", "order"),
            *strangers,
            MANAGER,
            OTHER_MAKER,
            refused_with=None,
        ),
        call("cardOffer", "employee", _purchase, *strangers),
        call("myCardPayment", "employee", of("card_payment"), *strangers, MANAGER),
        paged("myCardPayments", "employee", *strangers, MANAGER),
        # The key's own purchase again; to a stranger it is a wallet that is not there.
        call("purchaseCardCreate", "employee", _card_purchase),
        call("purchaseCardCreate", "", _purchase, *strangers),
        call("purchaseCardGiveUp", "employee", of("card_payment"), *strangers, MANAGER),
        call("purchaseCardRefresh", "employee", of("card_payment"), *strangers, MANAGER),
        call("myProviderSuggestions", "employee", None, *strangers, MANAGER, refused_with=None),
        call("providerSuggest", "employee", _suggestion),
        call("purchaseCreate", "employee", _purchase, *strangers),
        call("purchasePartCancel", "employee", of("part"), *strangers, MANAGER, OTHER_MAKER),
        call("purchasePreview", "employee", _preview, *strangers),
        call(
            "walletHoldCreate",
            "employee",
            lambda world: {"checkoutId": world["checkout"], "walletId": world["wallet"]},
            *strangers,
        ),
        call("walletHoldCreate", "employee", of("checkout", "checkoutId"), *strangers),
        *(
            call("walletHoldCreate", "", _own_cart_with_their_wallet(cart), who)
            for cart, who in (
                ("colleague_checkout", "colleague"),
                ("other_checkout", "other_employee"),
            )
        ),
        call("walletHoldRelease", "employee", of("hold", "token"), *strangers),
        call("waysToPay", "employee", lambda world: {"listings": [world["listing"]]}),
    ]


def _movements(world: World) -> dict[str, Any]:
    return {
        "wallet": world["wallet"],
        "kinds": ["purchase", "credit"],
        "since": day(-10),
        "until": day(0),
        "first": 10,
    }


def _suggestion(world: World) -> dict[str, Any]:
    return {
        "input": {
            "name": "Liuteria Bianchi",
            "comune": world["comune"],
            "offers": "Violins",
            "why": "For the school of music",
        }
    }


def _own_cart_with_their_wallet(cart: str) -> Given:
    return lambda world: {"checkoutId": world[cart], "walletId": world["wallet"]}


def _card_purchase(world: World) -> dict[str, Any]:
    return {
        "input": {
            "idempotencyKey": "key-of-a-card-payment",
            "lines": [{"variantId": world["jam"], "quantity": 1}],
            "deliveryMethod": "pick_up",
            "address": dict(ADDRESS),
        },
        "card": "20.00",
    }


def _purchase(world: World) -> dict[str, Any]:
    return {
        "input": {
            "idempotencyKey": "key-of-a-purchase",
            "lines": [{"variantId": world["variant"], "quantity": 1}],
            "deliveryMethod": "sfa_delivery",
            "address": {**ADDRESS, "phone": "035 123456"},
            "walletId": world["wallet"],
            "note": "Ring twice",
            "expectedTotal": "12.00",
        }
    }


def _preview(world: World) -> dict[str, Any]:
    return {
        "input": {
            "lines": [{"variantId": world["variant"], "quantity": 1}],
            "deliveryMethod": "sfa_delivery",
            "city": ADDRESS["city"],
            "walletId": world["wallet"],
        }
    }
