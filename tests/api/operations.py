"""Every operation that we add to the API, with a document that calls it with made-up arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
)

from marketplace.api.schema import our_types, schema

SAMPLES = {
    "ID": "Tm90aGluZzox",  # Nothing:1
    "String": "nothing like this",
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "Decimal": "1.00",
    "Date": "2026-01-01",
    "DateTime": "2026-01-01T00:00:00Z",
    "Time": "09:00:00",
    "JSONString": "{}",
    "UUID": "00000000-0000-0000-0000-000000000000",
}


@dataclass(frozen=True)
class Operation:
    """One root field of ours: ``access`` is what the code says, the table says it again."""

    name: str
    kind: str
    access: tuple[str, ...] | None
    document: str
    variables: dict[str, Any]


def sample(type_: Any) -> Any:
    """A value that GraphQL accepts for a type; nothing in the database answers to it."""
    if isinstance(type_, GraphQLNonNull):
        return sample(type_.of_type)
    if isinstance(type_, GraphQLList):
        return [sample(type_.of_type)]
    if isinstance(type_, GraphQLEnumType):
        return type_.values[0].name
    if isinstance(type_, GraphQLInputObjectType):
        return {
            name: sample(given.type)
            for name, given in type_.fields.items()
            if isinstance(given.type, GraphQLNonNull)
        }
    assert isinstance(type_, GraphQLScalarType), type_
    return SAMPLES[type_.name]


def _selection(type_: Any, kind: str) -> str:
    while isinstance(type_, GraphQLNonNull | GraphQLList):
        type_ = type_.of_type
    if not isinstance(type_, GraphQLObjectType):
        return ""
    if kind == "mutation":
        return (
            " { welfareErrors { code } }"
            if "welfareErrors" in type_.fields
            else (" { errors { code } }")
        )
    return " { __typename }"


def _operation(kind: str, name: str, root: Any, access: tuple[str, ...] | None) -> Operation:
    field = root.fields[name]
    wanted = {
        argument: given.type
        for argument, given in field.args.items()
        if isinstance(given.type, GraphQLNonNull) or argument == "first"
    }
    declared = ", ".join(f"${argument}: {type_}" for argument, type_ in wanted.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in wanted)
    return Operation(
        name=name,
        kind=kind,
        access=access,
        document=f"{kind}{f'({declared})' if declared else ''} "
        f"{{ {name}{f'({passed})' if passed else ''}{_selection(field.type, kind)} }}",
        variables={argument: sample(type_) for argument, type_ in wanted.items()},
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def operations() -> list[Operation]:
    """Every root field that a room of ours adds, in alphabetical order by kind."""
    found = []
    for kind, types, root in (
        ("query", our_types("Queries"), schema().get_query_type()),
        ("mutation", our_types("Mutations"), schema().get_mutation_type()),
    ):
        for type_ in types:
            for name, field in type_._meta.fields.items():
                access = getattr(field, "access", None)
                if access is None:
                    output = getattr(field.type, "_meta", None)
                    access = getattr(output, "access", None)
                found.append(_operation(kind, _camel(name), root, access))
    return sorted(found, key=lambda one: (one.kind, one.name))
