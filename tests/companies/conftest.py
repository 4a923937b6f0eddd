"""A Stripe of our own on this machine, and our API over real HTTP."""

from tests.stripe_here import our_api, stripe_api, stripe_process, webhook_port

__all__ = ["our_api", "stripe_api", "stripe_process", "webhook_port"]
