"""Carts and checkouts, priced by the installed Saleor."""

from marketplace.shop.saleor2.carts import (
    checkout_cart,
    delivery_method_set,
    delivery_methods,
    price_cart,
)

__all__ = ["checkout_cart", "delivery_method_set", "delivery_methods", "price_cart"]
