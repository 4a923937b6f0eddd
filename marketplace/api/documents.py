"""GraphQL documents: parsed and validated once, refused where they are too deep.

Parsing and validating cost more than running a small query, and clients send the same few documents
over and over: the last thousand are kept. Variables are not part of a document, so nothing private
is kept here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from graphql import GraphQLCoreBackend, parse, validate
from graphql.error import GraphQLSyntaxError
from graphql.language import ast

from marketplace.api.schema import schema
from marketplace.refusals import Refusal

KEPT = 1000


class Document:
    """A document that passed parsing, the depth limit and validation, or the errors it met."""

    __slots__ = ("errors", "root_fields", "runnable")

    def __init__(self, runnable: Any, errors: list[Any], root_fields: frozenset[str]) -> None:
        self.runnable = runnable
        self.errors = errors
        self.root_fields = root_fields


@lru_cache(maxsize=KEPT)
def document(query: str) -> Document:
    """The document of a query text.

    Raises:
        Refusal: QUERY_TOO_DEEP. Nothing is kept of a text that is refused.
        GraphQLSyntaxError: the text is not GraphQL.
    """
    try:
        tree = parse(query)
        _check_depth(tree)
        errors = validate(schema(), tree)
    except RecursionError:
        raise _too_deep() from None
    runnable = GraphQLCoreBackend().document_from_string(schema(), tree)
    return Document(runnable, errors, _root_fields(tree))


def _root_fields(tree: Any) -> frozenset[str]:
    return frozenset(
        selection.name.value
        for definition in tree.definitions
        if isinstance(definition, ast.OperationDefinition)
        for selection in definition.selection_set.selections
        if isinstance(selection, ast.Field)
    )


def _too_deep() -> Refusal:
    return Refusal(
        "QUERY_TOO_DEEP",
        _("The query nests deeper than %(most)s levels. Ask for less at once.")
        % {"most": settings.GRAPHQL_MAX_DEPTH},
    )


def _check_depth(tree: Any) -> None:
    fragments = {
        definition.name.value: definition
        for definition in tree.definitions
        if isinstance(definition, ast.FragmentDefinition)
    }
    depths: dict[str, int] = {}

    def depth_of(node: Any, inside: frozenset[str]) -> int:
        selection_set = getattr(node, "selection_set", None)
        if selection_set is None:
            return 0
        deepest = 0
        for selection in selection_set.selections:
            if isinstance(selection, ast.FragmentSpread):
                deepest = max(deepest, spread_depth(selection.name.value, inside))
            elif isinstance(selection, ast.InlineFragment):
                deepest = max(deepest, depth_of(selection, inside))
            else:
                deepest = max(deepest, 1 + depth_of(selection, inside))
        return deepest

    def spread_depth(name: str, inside: frozenset[str]) -> int:
        # A fragment inside itself, or one that is not there, is for validation to refuse.
        if name in inside or name not in fragments:
            return 0
        if name not in depths:
            depths[name] = depth_of(fragments[name], inside | {name})
        return depths[name]

    for definition in tree.definitions:
        # The introspection query that every client tool sends nests 13 deep: within the limit.
        if depth_of(definition, frozenset()) > settings.GRAPHQL_MAX_DEPTH:
            raise _too_deep()


__all__ = ["Document", "GraphQLSyntaxError", "document"]
