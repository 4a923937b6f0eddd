"""Real arguments of an operation, spoiled one at a time, in every way that its types allow."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
)
from graphql_relay import from_global_id, to_global_id

from tests.api.operations import root_fields

LONG = "x" * 100_000
NUL = "a\x00b"
HALF_A_PAIR = "a\ud83d"
OTHER_SCRIPTS = "\u202eשלום \U0001f9c0\u200d\U0001f41d <b>&amp;' \"; --%s {0}\n\t"

BAD = {
    "String": [NUL, HALF_A_PAIR, LONG, OTHER_SCRIPTS, "", " "],
    "Int": [-1, 0, 2**31 - 1, -(2**31), 2**31, 10**30],
    "Float": [-1.0, 0.0, 1e308, float("nan"), float("inf")],
    "Decimal": ["NaN", "sNaN", "1E400", "1E-400", "-1", "0.001", "-0", "Infinity", "1" * 5_000, ""],
    "Date": ["0001-01-01", "9999-12-31", "2026-02-30", ""],
    "DateTime": ["0001-01-01T00:00:00", "9999-12-31T23:59:59", "9999-12-31T23:59:59-14:00", "no"],
    "Boolean": [None],
}
BAD_KEYS = ["", "0", "-1", "x", NUL, "٣", str(2**31), str(2**63 - 1), str(2**63), "9" * 5_000]
BAD_IDS = ["", " ", "nonsense", NUL, LONG, "Tm90aGluZzox", "4pyT"]


@dataclass(frozen=True)
class Spoiled:
    """``variables`` with one value replaced, and what was replaced by what."""

    where: str
    value: Any
    variables: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.where} = {self.value!r:.60}"


def spoiled(kind: str, operation: str, given: dict[str, Any], ids: list[str]) -> Iterator[Spoiled]:
    """Each leaf of the arguments with each bad value of its type; ``ids`` are of other types."""
    arguments = root_fields(kind)[operation].args
    for path, type_, value in _leaves({name: arguments[name].type for name in given}, given):
        for bad in _bad_values(type_, value, ids):
            variables = copy.deepcopy(given)
            _put(variables, path, bad)
            yield Spoiled(".".join(map(str, path)), bad, variables)


def _leaves(types: dict[str, Any], given: dict[str, Any]) -> Iterator[tuple[list[Any], Any, Any]]:
    for name, value in given.items():
        for path, type_, leaf in _below(types[name], value):
            yield [name, *path], type_, leaf


def _below(type_: Any, value: Any) -> Iterator[tuple[list[Any], Any, Any]]:
    """The value itself, and what is in it."""
    yield [], type_, value
    inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if isinstance(inner, GraphQLList) and value:
        for path, found, leaf in _below(inner.of_type, value[0]):
            yield [0, *path], found, leaf
    if isinstance(inner, GraphQLInputObjectType):
        fields = {name: field.type for name, field in inner.fields.items()}
        yield from _leaves(fields, value)


def _bad_values(type_: Any, value: Any, ids: list[str]) -> list[Any]:
    may_be_null = [] if isinstance(type_, GraphQLNonNull) else [None]
    inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if isinstance(inner, GraphQLList):
        return [*may_be_null, [], value * 300, *([[OTHER_SCRIPTS]] if not value else [])]
    if isinstance(inner, GraphQLInputObjectType):
        return may_be_null
    if isinstance(inner, GraphQLEnumType):
        return [*may_be_null, "NOTHING_LIKE_IT"]
    if inner.name == "ID":
        kind, _key = from_global_id(value) if _is_global(value) else ("Nothing", "")
        others = [one for one in ids if not _is_of(one, kind)]
        return [*may_be_null, *others, *BAD_IDS, *(to_global_id(kind, key) for key in BAD_KEYS)]
    # Grown at the front, an address stays an address.
    grown = [LONG + value] if inner.name == "String" else []
    return [*may_be_null, *BAD[inner.name], *grown]


def _is_global(gid: str) -> bool:
    try:
        return bool(from_global_id(gid))
    except ValueError:
        return False


def _is_of(gid: str, kind: str) -> bool:
    return from_global_id(gid)[0] == kind


def _put(variables: Any, path: list[Any], value: Any) -> None:
    for step in path[:-1]:
        variables = variables[step]
    variables[path[-1]] = value
