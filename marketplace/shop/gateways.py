"""Saleor's hooks of a payment gateway that both engines call alike."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from saleor.payment import TransactionKind
from saleor.payment.interface import GatewayResponse

from marketplace.money import cents
from marketplace.refusals import Refusal
from marketplace.shop import completion
from marketplace.shop.facts import Gateway


class PaymentHooks:
    """Paying with a hold, giving back, and what is not offered; before Saleor's plugin class."""

    gateway: Gateway

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # Saleor takes for a gateway what names this in its own class, not in a base of it.
        setattr(cls, "process_payment", cls.process_payment)  # noqa: B010 (a method, to mypy)

    def process_payment(self, payment_information: Any, previous_value: Any) -> GatewayResponse:
        return _respond(
            TransactionKind.CAPTURE,
            payment_information,
            lambda: self.gateway.hold_pay(
                hold_token=payment_information.token or "",
                amount_cents=cents(Decimal(payment_information.amount)),
                currency=payment_information.currency,
            ),
        )

    def refund_payment(self, payment_information: Any, previous_value: Any) -> GatewayResponse:
        return _respond(
            TransactionKind.REFUND,
            payment_information,
            lambda: self.gateway.refund(
                order_id=str(payment_information.order_id or ""),
                amount_cents=cents(Decimal(payment_information.amount)),
            ),
        )

    def void_payment(self, payment_information: Any, previous_value: Any) -> GatewayResponse:
        return _respond(
            TransactionKind.VOID,
            payment_information,
            lambda: self.gateway.hold_void(payment_information.token or ""),
        )

    def capture_payment(self, payment_information: Any, previous_value: Any) -> GatewayResponse:
        return self._refuse(TransactionKind.CAPTURE, payment_information, "capture")

    def authorize_payment(self, payment_information: Any, previous_value: Any) -> GatewayResponse:
        return self._refuse(TransactionKind.AUTH, payment_information, "authorize")

    def confirm_payment(self, payment_information: Any, previous_value: Any) -> GatewayResponse:
        # Saleor lets anybody call paymentSecureConfirm and adds what it confirms to the captured
        # amount: a second payment out of nothing, where the gateway says yes.
        return self._refuse(TransactionKind.CONFIRM, payment_information, "confirm")

    def get_payment_config(self, previous_value: Any) -> list[dict[str, str]]:
        return []

    def _refuse(self, kind: str, information: Any, operation: str) -> GatewayResponse:
        def refuse() -> str:
            raise self.gateway.not_offered(operation)

        return _respond(kind, information, refuse)


def _respond(kind: str, information: Any, act: Callable[[], str | None]) -> GatewayResponse:
    """Do it and tell Saleor: success with a reference, or failure with the code and sentence."""
    error, reference = None, None
    try:
        reference = act()
    except Refusal as refusal:
        error = str(refusal)[:256]
        under_way = completion.current()
        if under_way is not None:
            under_way.refusal = refusal
    return GatewayResponse(
        is_success=error is None,
        action_required=False,
        kind=kind,
        amount=information.amount,
        currency=information.currency,
        transaction_id=reference or information.token or "",
        error=error,
        raw_response={},
    )
