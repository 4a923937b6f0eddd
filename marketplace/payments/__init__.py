"""The door to Stripe: where its SDK is called, and where its signed events come in, each once.

Owns StripeEvent and the webhook's address; rooms that have something paid at Stripe register who
receives the news. Must never know what was paid for, nor write money.
"""
