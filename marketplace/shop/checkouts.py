"""Checkouts of the installed Saleor: whose they are, and their completion."""

from marketplace.shop.saleor2.checkouts import CheckoutCompleteOnce, checkout_of

__all__ = ["CheckoutCompleteOnce", "checkout_of"]
