"""Where Saleor 3.23 writes an order, refunds and cancels: for processes that die there."""

from __future__ import annotations

from tests.sales.reconciliation.dying import COMMIT, after, before, both

ORDER_WRITTEN = "saleor.checkout.complete_checkout:_create_order"
# Ours, around Saleor's: it would tell our plugin after its commit.
CANCELLING = "marketplace.shop.saleor3.cancelling:order_cancel_field.<locals>.resolve"

REVERSE = "marketplace.sales.reversals:order_reverse"
# The ledger and what Saleor books of it are one transaction, which locks the payment.
REFUNDING = "saleor.payment.gateway:with_locked_payment.<locals>.wrapped"
UNREFUNDED = [
    *both(REVERSE),
    *both("marketplace.ledger.posting:post"),
    *both("saleor.payment.utils:create_transaction"),
    *both("saleor.payment.utils:gateway_postprocess"),
    before(COMMIT, inside=REFUNDING),
]
REFUNDED = [after(COMMIT, inside=REFUNDING)]
