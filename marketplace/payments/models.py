"""What Stripe has told us."""

from __future__ import annotations

from django.db import models


class StripeEvent(models.Model):
    """An event that Stripe signed; stored once, append only (a trigger says so)."""

    event_id = models.CharField(max_length=255, primary_key=True)
    type = models.CharField(max_length=100)
    payload_sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-received_at", "event_id")
        # Born with the top-ups, which were the first thing paid at Stripe.
        db_table = "companies_stripeevent"

    def __str__(self) -> str:
        return self.event_id
