"""What the installed Saleor's books say of many orders and payments; for the reconciler."""

from marketplace.shop.saleor2.books import (
    cancelled_orders,
    captured_apply,
    checkout_refund_record,
    order_books,
    order_of_tokens,
    payments_captured,
    refunded_orders,
)

__all__ = [
    "cancelled_orders",
    "captured_apply",
    "checkout_refund_record",
    "order_books",
    "order_of_tokens",
    "payments_captured",
    "refunded_orders",
]
