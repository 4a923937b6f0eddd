"""GraphQL documents: parsed, measured and validated once.

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

from marketplace.api.complexity import Measured, too_deep
from marketplace.api.schema import schema
from marketplace.api.texts import check_literals
from marketplace.refusals import Refusal

KEPT = 1000


class Document:
    """A document that passed parsing, the limits and validation, or the errors it met."""

    __slots__ = ("errors", "measured", "runnable")

    def __init__(self, runnable: Any, errors: list[Any], measured: Measured) -> None:
        self.runnable = runnable
        self.errors = errors
        self.measured = measured


@lru_cache(maxsize=KEPT)
def document(query: str) -> Document:
    """The document of a query text. Nothing is kept of a text that is refused.

    Raises:
        Refusal: QUERY_TOO_LONG, INVALID_TEXT, and what :class:`Measured` refuses.
        GraphQLSyntaxError: the text is not GraphQL.
    """
    if len(query) > settings.GRAPHQL_MAX_QUERY_LENGTH:
        raise Refusal(
            "QUERY_TOO_LONG",
            _("The query is longer than %(most)s characters. Send values as variables.")
            % {"most": settings.GRAPHQL_MAX_QUERY_LENGTH},
        )
    try:
        tree = parse(query)
        check_literals(query, tree)
        measured = Measured(tree)
        errors = validate(schema(), tree)
    except RecursionError:
        raise too_deep() from None
    runnable = GraphQLCoreBackend().document_from_string(schema(), tree)
    return Document(runnable, errors, measured)


__all__ = ["Document", "GraphQLSyntaxError", "document"]
