"""Where rooms join the reconciler: comparisons of their own, and what should follow an order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from marketplace.sales.reconciliation.differences import Difference, Window
from marketplace.sales.sale import Sale

Check = Callable[[Window], Iterator[Difference]]
#: Which of these paid orders (by id, with their sales) lack what the room makes of an order; a
#: constant number of queries.
Missing = Callable[[Mapping[str, Sale]], set[str]]

checks: list[Check] = []
follow_ups: dict[str, Missing] = {}


def register_check(check: Check) -> None:
    """Ask ``check`` in every run; it reads in batches and yields what differs."""
    if check not in checks:
        checks.append(check)


def register_follow_up(name: str, missing: Missing) -> None:
    """``missing`` says which orders lack ``name``; placing the order again must make it.

    The name is for people, too: marked with ``gettext_noop`` where it is given.
    """
    follow_ups[name] = missing


def name_of(check: Check) -> str:
    """A check's name for people: its module's last word."""
    return f"{check.__module__.removesuffix('.reconciliation').rsplit('.', 1)[-1]}"
