"""The two committed schemas, one per engine, kept in step where only one engine is installed.

What is ours is the same in both; what is Saleor's is each engine's own. So the schema of the engine
that is not there is kept right by carrying our part over into it. That engine's own check says
whether the whole holds.

Done on the text: it is printed in one way, a definition per block and a field per line.
"""

from __future__ import annotations

import re
from typing import Any

from graphql import print_schema

ROOTS = ("Query", "Mutation")
NAME = re.compile(r"(?:type|input|enum|interface|union|scalar) (\w+)")
FIELD = re.compile(r"  (\w+)")
Blocks = dict[str, str]


def text_of(schema: Any) -> str:
    """A schema as it is committed."""
    return str(print_schema(schema)).rstrip() + "\n"


def carried(now: str, before: str, saleors: str, other: str) -> str:
    """The other engine's committed schema with our part as it is now.

    ``now`` and ``before`` are this engine's whole schema, as it is and as it was committed;
    ``saleors`` is the engine's own without our rooms.
    """
    there = _blocks(other)
    for name in _ours(before, saleors):
        there.pop(name, None)
    there.update(_ours(now, saleors))
    for root in ROOTS:
        added = _our_fields(root, now, saleors)
        gone = {**_our_fields(root, before, saleors), **added}
        kept = {name: line for name, line in _fields(there[root]).items() if name not in gone}
        # What federation adds to a schema comes last.
        last = {name: kept.pop(name) for name in list(kept) if name.startswith("_")}
        lines = [*kept.values(), *added.values(), *last.values()]
        there[root] = "\n".join([f"type {root} {{", *lines, "}"])
    head = [block for name, block in there.items() if not name[:1].isalnum() and name[:1] != "_"]
    types = sorted(name for name in there if there[name] not in head)
    return "\n\n".join([*head, *(there[name] for name in types)]) + "\n"


def _blocks(text: str) -> Blocks:
    """Definitions by name; those of no type by their text."""
    found: Blocks = {}
    for block in text.strip().split("\n\n"):
        name = NAME.match(block)
        found[name.group(1) if name else f"@{block}"] = block
    return found


def _ours(text: str, saleors: str) -> Blocks:
    theirs = _blocks(saleors)
    return {name: block for name, block in _blocks(text).items() if name not in theirs}


def _fields(block: str) -> Blocks:
    """Lines of a type by their field."""
    lines = block.split("\n")[1:-1]
    return {found.group(1): line for line in lines if (found := FIELD.match(line))}


def _our_fields(root: str, text: str, saleors: str) -> Blocks:
    theirs = _fields(_blocks(saleors)[root])
    mine = _fields(_blocks(text)[root])
    return {name: line for name, line in mine.items() if name not in theirs}
