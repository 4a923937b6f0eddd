"""Where Saleor 2.10.1 writes an order, refunds and cancels: for processes that die there."""

from __future__ import annotations

from tests.sales.reconciliation.dying import COMMIT, after, before, both

ORDER_WRITTEN = "saleor.checkout.utils:create_order"
# Saleor cancels in one transaction, and what our plugin does is in it.
CANCELLING = "saleor.graphql.order.mutations.orders:OrderCancel.perform_mutation"

REVERSE = "marketplace.sales.reversals:order_reverse"
# The ledger commits first; what Saleor books of it comes after, statement by statement.
UNREFUNDED = [before(REVERSE), *both("marketplace.ledger.posting:post"), before(COMMIT, REVERSE)]
REFUNDED = [
    after(COMMIT, inside=REVERSE),
    after(REVERSE),
    *both("saleor.payment.utils:create_transaction"),
    *both("saleor.payment.utils:gateway_postprocess"),
]
