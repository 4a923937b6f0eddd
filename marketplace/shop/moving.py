"""What of the shop belongs to a territory, said so that either Saleor can tell it and take it.

A territory moves from one installation to another as rows of our own tables, which are the same
everywhere, and as facts about what Saleor keeps for it: people, goods, orders. Facts name no table
of a Saleor; each engine's module reads them with a SELECT and writes them with statements, within
the one transaction of an import.

Keys are kept: of people, addresses, goods, payments (integers in both), of warehouses and checkouts
(UUIDs in both). An order is an integer in Saleor 2.10.1, with a UUID beside it (its token), and a
UUID in Saleor 3, with a number beside it; so each of its facts has both, and there and back again
it is the same order under the same number. Our tables refer to orders and their lines by text:
``marketplace.operation.moving`` has the list of those columns, and translates them on the way in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from marketplace.shop import engine
from marketplace.shop.moving_facts import FACTS, FILES


class Moving(Protocol):
    """Statements; what is written is read from temporary tables ``fact_<kind>``."""

    #: Kind of fact -> a SELECT of it. It may have more columns than the fact.
    READ: Mapping[str, str]
    #: Statements that write all facts, in order.
    WRITE: Sequence[str]
    #: The tables that the statements write, and those that are none of the territory's.
    WRITTEN: Sequence[str]
    OF_THE_INSTALLATION: Sequence[str]
    #: Of the tables written, those in which a new database has rows, with how many; taken out
    #: before the facts are written, in this order.
    NEW: Mapping[str, int]
    #: What here is the key of an order, and of a line: a column of their facts.
    KEY: str
    #: A key, from the text ``was``, for an order that this Saleor never had.
    NO_ORDER: str

    def before_writing(self) -> None:
        """Make what the statements need and no fact is about."""


installed: Moving = engine.part("moving")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import moving as saleor2
    from marketplace.shop.saleor3 import moving as saleor3

    _engines: tuple[Moving, ...] = (saleor2, saleor3)

KEY = installed.KEY
NEW = installed.NEW
NO_ORDER = installed.NO_ORDER
OF_THE_INSTALLATION = installed.OF_THE_INSTALLATION
READ = installed.READ
WRITE = installed.WRITE
WRITTEN = installed.WRITTEN
before_writing = installed.before_writing

__all__ = [
    "FACTS",
    "FILES",
    "KEY",
    "NEW",
    "NO_ORDER",
    "OF_THE_INSTALLATION",
    "READ",
    "WRITE",
    "WRITTEN",
    "before_writing",
]
