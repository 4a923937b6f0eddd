"""Buying: the cart, the way to the till, paying, the receipt.

Owns the cart's cookie and the order that a person is about to confirm. Must never decide a price or
a rule: it asks the API for both, each time.
"""
