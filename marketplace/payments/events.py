"""Stripe's events: stored once, and handed to the room whose payment they speak of."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from marketplace.payments.door import Event
from marketplace.payments.models import StripeEvent

#: Does what an event says and returns True, or returns False where it is not about its payments.
Receiver = Callable[[Event, StripeEvent], bool]

_receivers: list[Receiver] = []
_last: list[Receiver] = []


def register_receiver(receiver: Receiver, *, last: bool = False) -> None:
    """Ask ``receiver`` about every event; ``last``: it also takes what nobody else knows."""
    if receiver not in (listed := _last if last else _receivers):
        listed.append(receiver)


def event_receive(*, event: Event, payload_sha256: str) -> bool:
    """Store a signed event and do what it says, once; False for one that was there already.

    Two deliveries of one event at once: the second waits for the first one's row and then finds
    it. A failure stores nothing, so that Stripe's redelivery tries again.
    """
    with transaction.atomic():
        stored, new = StripeEvent.objects.get_or_create(
            event_id=event.event_id,
            defaults={"type": event.type[:100], "payload_sha256": payload_sha256},
        )
        if not new:
            return False
        for receiver in [*_receivers, *_last]:
            if receiver(event, stored):
                break
    return True
