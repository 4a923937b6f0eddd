"""Every operation that we add to the API, with a document that calls it with made-up arguments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
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


def _bare(type_: Any) -> Any:
    """A type without its lists and exclamation marks."""
    while isinstance(type_, GraphQLNonNull | GraphQLList):
        type_ = type_.of_type
    return type_


def selection(type_: Any, depth: int) -> str:
    """Every field of a type that needs no argument, ``depth`` objects deep; of lists a page.

    Saleor's own objects are left out, but for money: whom they belong to is Saleor's affair.
    """
    type_ = _bare(type_)
    if not isinstance(type_, GraphQLObjectType):
        return ""
    if type_.name.endswith("CountableConnection"):
        node = _bare(_bare(type_.fields["edges"].type).fields["node"].type)
        return f" {{ totalCount edges {{ node{selection(node, depth)} }} }}"
    chosen = [_selected(name, field, depth) for name, field in type_.fields.items()]
    return f" {{ {' '.join(filter(None, chosen))} }}"


def _selected(name: str, field: Any, depth: int) -> str:
    type_ = _bare(field.type)
    if any(isinstance(argument.type, GraphQLNonNull) for argument in field.args.values()):
        return ""
    if not isinstance(type_, GraphQLObjectType):
        return name
    module = getattr(type_, "graphene_type", type_).__module__
    if depth == 0 or (module.startswith("saleor") and type_.name != "Money"):
        return ""
    page = "(first: 5)" if "first" in field.args else ""
    below = selection(type_, depth - 1)
    return f"{name}{page}{below}" if below != " {  }" else ""


ERRORS = {
    # Saleor's mutations have errors of their own: beside ours, or alone.
    "welfareErrors": " { welfareErrors { code } checkoutErrors { code } }",
    "accountErrors": " { accountErrors { code } }",
    "errors": " { errors { code } }",
}


def _least(type_: Any, kind: str) -> str:
    type_ = _bare(type_)
    if not isinstance(type_, GraphQLObjectType):
        return ""
    if kind == "mutation":
        return next((ERRORS[name] for name in ERRORS if name in type_.fields), " { __typename }")
    return " { __typename }"


def root_fields(kind: str) -> dict[str, Any]:
    """The schema's root fields of a kind, Saleor's and ours."""
    found = schema()
    root = found.get_query_type() if kind == "query" else found.get_mutation_type()
    return root.fields


def document(kind: str, name: str, arguments: Iterable[str], selected: str) -> str:
    """A document that calls one root field with those arguments, each a variable of its name."""
    types = root_fields(kind)[name].args
    declared = ", ".join(f"${argument}: {types[argument].type}" for argument in arguments)
    passed = ", ".join(f"{argument}: ${argument}" for argument in arguments)
    return (
        f"{kind}{f'({declared})' if declared else ''} "
        f"{{ {name}{f'({passed})' if passed else ''}{selected} }}"
    )


def _operation(kind: str, name: str, access: tuple[str, ...] | None) -> Operation:
    field = root_fields(kind)[name]
    wanted = {
        argument: given.type
        for argument, given in field.args.items()
        if isinstance(given.type, GraphQLNonNull) or argument == "first"
    }
    return Operation(
        name=name,
        kind=kind,
        access=access,
        document=document(kind, name, wanted, _least(field.type, kind)),
        variables={argument: sample(type_) for argument, type_ in wanted.items()},
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


@lru_cache(maxsize=1)
def operations() -> tuple[Operation, ...]:
    """Every root field that a room of ours adds, in alphabetical order by kind."""
    found = []
    for kind, types in (("query", our_types("Queries")), ("mutation", our_types("Mutations"))):
        for type_ in types:
            for name, field in type_._meta.fields.items():
                access = getattr(field, "access", None)
                if access is None:
                    output = getattr(field.type, "_meta", None)
                    access = getattr(output, "access", None)
                found.append(_operation(kind, _camel(name), access))
    return tuple(sorted(found, key=lambda one: (one.kind, one.name)))
