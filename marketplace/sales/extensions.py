"""Where plugins join a sale: gates and guards before money moves, one levy, followers after; and
what stands against calling it off.

A plugin registers in its ``AppConfig.ready``; the sale calls them in the order of registration,
which is the order of the settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from marketplace.refusals import Refusal, Refusals
from marketplace.sales.sale import LevyTerms, PlacedOrder, Reversal, Sale

Gate = Callable[[Sale], Iterable[Refusal]]
# What a plugin has against calling off a provider's part of an order: refusals, or nothing.
Objection = Callable[[Any], Iterable[Refusal]]
Guard = Callable[[Sale], None]
Levy = Callable[[Sale], LevyTerms]


class Follower(Protocol):
    """What a plugin does with a placed order and with its way back.

    Called inside the order's transaction, and again by the reconciler: doing it twice must do it
    once.
    """

    def order_placed(self, placed: PlacedOrder) -> None: ...

    def order_reversed(self, reversal: Reversal) -> None: ...


gates: list[Gate] = []
objections: list[Objection] = []
guards: list[Guard] = []
followers: list[Follower] = []
_levies: list[Levy] = []


def register_gate(gate: Gate) -> None:
    """Ask ``gate`` about every sale; the refusals it yields stop the sale."""
    if gate not in gates:
        gates.append(gate)


def register_objection(objection: Objection) -> None:
    """Ask ``objection`` before buyer or provider call off a part of an order."""
    if objection not in objections:
        objections.append(objection)


def register_guard(guard: Guard) -> None:
    """Ask ``guard`` in the transaction that pays, the last thing before money moves.

    For what a gate has read and another purchase may change meanwhile: it may lock, and raises
    Refusal. By then the stock is locked, and no account is: so what it locks comes between the two.
    """
    if guard not in guards:
        guards.append(guard)


def register_levy(levy: Levy) -> None:
    """``levy`` says what each sale owes the Fund; there is one."""
    if _levies and _levies != [levy]:
        raise LookupError("a levy is already registered")
    _levies[:] = [levy]


def register_follower(follower: Follower) -> None:
    """Tell ``follower`` of every placed order and every reversal."""
    if follower not in followers:
        followers.append(follower)


def refusals_of(sale: Sale) -> list[Refusal]:
    """All that any gate has against the sale, in the order of its lines."""
    found = [refusal for gate in gates for refusal in gate(sale)]
    return sorted(found, key=lambda refusal: refusal.facts.get("line", 0))


def check(sale: Sale) -> None:
    """Ask every gate.

    Raises:
        Refusals: :func:`refusals_of`, where there are any.
    """
    found = refusals_of(sale)
    if found:
        raise Refusals(found)


def guard_payment(sale: Sale) -> None:
    """Ask every guard; each raises what it has against paying this sale now."""
    for guard in guards:
        guard(sale)


def check_call_off(part: Any) -> None:
    """Ask whether anything stands against calling off a provider's part of an order.

    Raises:
        Refusals: all that any plugin has against it.
    """
    found = [refusal for objection in objections for refusal in objection(part)]
    if found:
        raise Refusals(found)


def levy_of(sale: Sale) -> LevyTerms:
    """What the sale owes the Fund."""
    return _levies[0](sale)
