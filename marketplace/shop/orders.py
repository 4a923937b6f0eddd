"""Orders and their payments, in the installed Saleor."""

from marketplace.shop.saleor2.orders import (
    order_announce,
    order_cancel,
    order_place,
    order_ref,
    payment_record,
    refund_record,
    stock_release,
)

__all__ = [
    "order_announce",
    "order_cancel",
    "order_place",
    "order_ref",
    "payment_record",
    "refund_record",
    "stock_release",
]
