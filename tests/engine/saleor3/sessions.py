"""A checkout paid through Saleor 3's Transactions API, as any of its clients does it."""

from __future__ import annotations

from typing import Any

from saleor.payment.models import TransactionItem

from tests.shopping import gid
from tests.steps import GATEWAY, Steps

OFFER = """mutation($id: ID!, $gateways: [PaymentGatewayToInitialize!]) {
  paymentGatewayInitialize(id: $id, paymentGateways: $gateways) {
    gatewayConfigs { id data errors { field message } } errors { message } } }"""
INITIALIZE = """mutation($id: ID!, $gateway: PaymentGatewayToInitialize!, $amount: PositiveDecimal,
    $key: String) {
  transactionInitialize(id: $id, paymentGateway: $gateway, amount: $amount, idempotencyKey: $key) {
    transaction { id actions authorizedAmount { amount } chargedAmount { amount } }
    transactionEvent { type pspReference } errors { field code message } } }"""
PROCESS = """mutation($id: ID!) { transactionProcess(id: $id) {
    transaction { id } transactionEvent { type } errors { field code message } } }"""
ACT = """mutation($id: ID!, $action: TransactionActionEnum!, $amount: PositiveDecimal) {
  transactionRequestAction(id: $id, actionType: $action, amount: $amount) {
    transaction { actions chargedAmount { amount } refundedAmount { amount }
                  authorizedAmount { amount } canceledAmount { amount } }
    errors { code message } } }"""
REPORT = """mutation($id: ID!, $amount: PositiveDecimal!) {
  transactionEventReport(id: $id, pspReference: "elsewhere", type: CHARGE_SUCCESS,
      amount: $amount) { transaction { id } errors { code message } } }"""
CREATE = """mutation($id: ID!, $amount: PositiveDecimal!) {
  transactionCreate(id: $id, transaction: {
      name: "paid elsewhere", amountCharged: {amount: $amount, currency: "EUR"}}) {
    transaction { id } errors { code message } } }"""


def codes(payload: Any) -> list[str]:
    """The codes of our refusals in Saleor's errors, which put them before the sentence."""
    return [error["message"].partition(":")[0] for error in payload["errors"]]


class Sessions(Steps):
    """One buyer's way through a checkout that a transaction pays."""

    def cart(self, town: Any, *lines: tuple[Any, int]) -> str:
        """A checkout of these lines (one honey), delivered: its id."""
        self.create(*(lines or ((town.honey, 1),)))
        self.deliver(town.delivery)
        return self.checkout

    def offer(self, *gateways: str, user: Any = None) -> Any:
        asked = [{"id": one} for one in gateways] or None
        return self._do(
            OFFER, {"id": self.checkout, "gateways": asked}, "paymentGatewayInitialize", user
        )

    def initialize(
        self, amount: Any = None, *, data: Any = None, key: str | None = None, who: Any = "buyer"
    ) -> Any:
        """``who``: somebody else, or None for nobody."""
        variables = {
            "id": self.checkout,
            "gateway": {"id": GATEWAY, **({} if data is None else {"data": data})},
            "amount": amount,
            "key": key,
        }
        user = self.user if who == "buyer" else who
        return self.api.data(INITIALIZE, variables, user=user)["transactionInitialize"]

    def process(self, transaction: str, who: Any = "buyer") -> Any:
        user = self.user if who == "buyer" else who
        return self.api.data(PROCESS, {"id": transaction}, user=user)["transactionProcess"]

    def bought(self, town: Any, *lines: tuple[Any, int]) -> Any:
        """The order that a cart becomes."""
        self.cart(town, *lines)
        assert self.initialize()["errors"] == []
        order = self.complete()["order"]
        assert order
        return order


def act(api: Any, user: Any, action: str, amount: Any = None, item: Any = None) -> Any:
    """``transactionRequestAction`` on an item, the last one."""
    item = item or TransactionItem.objects.last()
    variables = {"id": gid("TransactionItem", item.token), "action": action, "amount": amount}
    return api.data(ACT, variables, user=user)["transactionRequestAction"]
