"""The rest by card: what a card may pay of an order, the way to Stripe's page, and back.

Owns the cookie that remembers which order a card is paying. Must never see a card's number, nor
believe an address that somebody came back by: it asks the API, which asks Stripe.
"""
