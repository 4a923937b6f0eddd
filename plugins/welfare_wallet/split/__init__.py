"""The split purchase: credit first, the rest by card, in two phases around Stripe's own page.

Owns the way from a cart to its card payment and from there to the order, or back. Must never call
Stripe with a transaction open, nor trust anything but Stripe's own word that a card has paid.
"""
