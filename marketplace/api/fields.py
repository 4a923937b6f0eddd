"""Root fields of our queries: each says who may read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import graphene
from graphene.relay import PageInfo

from marketplace.api import access
from marketplace.api.pages import page

Resolver = Callable[..., Any]
# What the rows of one page become, all at once: (info, rows) -> as many nodes, in their order.
Load = Callable[[Any, list[Any]], list[Any]]


class GuardedField(graphene.Field):
    """A field that only some roles may read; ``access`` is what the role table test reads."""

    def __init__(
        self,
        type_: Any,
        *,
        roles: access.Access,
        resolver: Resolver,
        description: str,
        paged: bool = False,
        load: Load | None = None,
        **arguments: Any,
    ) -> None:
        self.access = roles
        super().__init__(
            type_,
            resolver=_guarded(resolver, roles, paged, load),
            description=description,
            **arguments,
        )


def _guarded(resolver: Resolver, roles: access.Access, paged: bool, load: Load | None) -> Resolver:
    def resolve(root: Any, info: Any, **arguments: Any) -> Any:
        actor = access.actor_from(info)
        access.check(actor, roles)
        if not paged:
            return resolver(info, actor, **arguments)
        window = {name: arguments.pop(name, None) for name in ("first", "after", "last", "before")}
        found = page(resolver(info, actor, **arguments), **window)
        if load is not None:
            nodes = load(info, [edge.node for edge in found.edges])
            for edge, node in zip(found.edges, nodes, strict=True):
                edge.node = node
        return found

    return resolve


def field(
    type_: Any, *, roles: access.Access, resolver: Resolver, description: str, **arguments: Any
) -> GuardedField:
    """A root field. ``resolver(info, actor, **arguments)`` returns its value."""
    return GuardedField(type_, roles=roles, resolver=resolver, description=description, **arguments)


_connections: dict[str, type[graphene.ObjectType]] = {}


def connection_type(node: type[graphene.ObjectType]) -> type[graphene.ObjectType]:
    """The connection type of a node type, made once: ``XCountableConnection`` as Saleor's."""
    name = node._meta.name
    if name not in _connections:
        edge = type(
            f"{name}CountableEdge",
            (graphene.ObjectType,),
            {
                "node": graphene.Field(node, required=True),
                "cursor": graphene.String(required=True),
            },
        )
        _connections[name] = type(
            f"{name}CountableConnection",
            (graphene.ObjectType,),
            {
                "page_info": graphene.Field(PageInfo, required=True),
                "edges": graphene.List(graphene.NonNull(edge), required=True),
                "total_count": graphene.Int(description="How many rows there are in all."),
                "resolve_total_count": _total_count,
            },
        )
    return _connections[name]


def _total_count(root: Any, info: Any) -> int:
    iterable = root.iterable
    return len(iterable) if isinstance(iterable, list | tuple) else iterable.count()


_WINDOW = {
    "first": graphene.Int(description="Return the first n rows (1 to 100)."),
    "after": graphene.String(description="Only rows after this cursor."),
    "last": graphene.Int(description="Return the last n rows (1 to 100)."),
    "before": graphene.String(description="Only rows before this cursor."),
}


def connection(
    node: type[graphene.ObjectType],
    *,
    roles: access.Access,
    resolver: Resolver,
    description: str,
    load: Load | None = None,
    **arguments: Any,
) -> GuardedField:
    """A root field that is a list in pages; the resolver returns a query set or a list.

    ``load`` turns the rows of the page into nodes, with as many queries for one row as for all.
    """
    return GuardedField(
        connection_type(node),
        roles=roles,
        resolver=resolver,
        description=description,
        paged=True,
        load=load,
        **_WINDOW,
        **arguments,
    )


def nested_connection(
    node: type[graphene.ObjectType], *, resolver: Resolver, description: str, **arguments: Any
) -> graphene.Field:
    """A list in pages on an object; ``resolver(root, info, **arguments)`` guards its rows."""

    def resolve(root: Any, info: Any, **given: Any) -> Any:
        window = {name: given.pop(name, None) for name in ("first", "after", "last", "before")}
        return page(resolver(root, info, **given), **window)

    return graphene.Field(
        connection_type(node), resolver=resolve, description=description, **_WINDOW, **arguments
    )
