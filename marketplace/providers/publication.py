"""What stands in front of publication: rooms register a gate, each listing passes them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from marketplace.providers.models import Listing
from marketplace.refusals import Refusal, Refusals

PublicationGate = Callable[[Listing], Iterable[Refusal]]

_gates: list[PublicationGate] = []


def register_publication_gate(gate: PublicationGate) -> None:
    """Ask ``gate`` about every listing that is about to be published."""
    if gate not in _gates:
        _gates.append(gate)


def check(listing: Listing) -> None:
    """Ask every gate.

    Raises:
        Refusals: all that any gate has against it.
    """
    found = [refusal for gate in _gates for refusal in gate(listing)]
    if found:
        raise Refusals(found)
