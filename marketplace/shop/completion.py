"""The checkout that this thread is completing, for hooks that Saleor calls without saying so.

Saleor 2.10.1 gives a payment gateway an amount and a token, but neither the checkout nor who asks.
The completion carries both from the mutation to the gateway; where there is none, a payment did not
come through ``checkoutComplete`` and the wallet refuses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from marketplace.refusals import Refusal


@dataclass(slots=True)
class Completion:
    """``prepared`` is what the hook before the order made of the checkout; ``refusal`` why not.

    ``paid``: a gateway of ours has paid it; without that, no order comes out of it.
    """

    checkout_token: str
    user_id: int | None
    prepared: Any = None
    refusal: Refusal | None = None
    paid: bool = False


_current: ContextVar[Completion | None] = ContextVar("completion", default=None)


def current() -> Completion | None:
    """The completion under way, if any."""
    return _current.get()


@contextmanager
def completing(checkout_token: str, user_id: int | None) -> Iterator[Completion]:
    """Mark what runs inside as the completion of this checkout by this user."""
    completion = Completion(checkout_token, user_id)
    mark = _current.set(completion)
    try:
        yield completion
    finally:
        _current.reset(mark)
