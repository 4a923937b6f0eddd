"""Saleor's own step-by-step checkout, as any Saleor client does it, paid with a hold."""

from __future__ import annotations

from typing import Any

from tests.engine.installed import CHECKOUT, STEPS
from tests.shopping import ADDRESS, gid

HOLD = """mutation($id: ID!, $wallet: ID) { walletHoldCreate(checkoutId: $id, walletId: $wallet) {
  hold { token amount { amount } expiresAt } errors { field message code line } } }"""

GATEWAY = "welfarepiu.wallet"


def saleor_address() -> dict[str, str]:
    return {
        "firstName": ADDRESS["firstName"],
        "lastName": ADDRESS["lastName"],
        "streetAddress1": ADDRESS["street"],
        "city": ADDRESS["city"],
        "postalCode": ADDRESS["postalCode"],
        "country": "IT",
        "countryArea": "BG",
    }


class Steps:
    """One buyer's way through Saleor's checkout; every step returns the payload."""

    def __init__(self, api: Any, user: Any) -> None:
        self.api, self.user = api, user
        self.checkout = ""

    def _do(self, document: str, variables: dict[str, Any], name: str, user: Any = None) -> Any:
        return self.api.data(document, variables, user=user or self.user)[name]

    def create(self, *lines: tuple[Any, int]) -> Any:
        made = self._do(
            STEPS["create"],
            {
                "input": {
                    **CHECKOUT,
                    "email": self.user.email,
                    "lines": [
                        {"variantId": gid("ProductVariant", one.pk), "quantity": quantity}
                        for one, quantity in lines
                    ],
                    "shippingAddress": saleor_address(),
                    "billingAddress": saleor_address(),
                }
            },
            "checkoutCreate",
        )
        if made["checkout"]:
            self.checkout = made["checkout"]["id"]
        return made

    def deliver(self, method: Any) -> Any:
        return self._do(
            STEPS["deliver"],
            {"id": self.checkout, "method": gid("ShippingMethod", method.pk)},
            "checkoutShippingMethodUpdate",
        )

    def hold(self, user: Any = None, wallet: str | None = None) -> Any:
        return self._do(HOLD, {"id": self.checkout, "wallet": wallet}, "walletHoldCreate", user)

    def pay(self, token: str, amount: Any = None, user: Any = None) -> Any:
        given = {"gateway": GATEWAY, "token": token}
        if amount is not None:
            given["amount"] = amount
        return self._do(
            STEPS["pay"], {"id": self.checkout, "input": given}, "checkoutPaymentCreate", user
        )

    def complete(self, user: Any = None) -> Any:
        return self._do(STEPS["complete"], {"id": self.checkout}, "checkoutComplete", user)

    def ready(self, *lines: tuple[Any, int], method: Any = None) -> str:
        """All the steps before the last; returns the hold's token."""
        self.create(*lines)
        if method is not None:
            self.deliver(method)
        token = self.hold()["hold"]["token"]
        self.pay(token)
        return token
