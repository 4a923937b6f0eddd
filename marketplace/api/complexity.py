"""How much a GraphQL document asks for, measured before it is validated or run.

graphql-core validates in time that grows with the square of the fields, and with the paths through
the fragments: 26 KB of one repeated field hold a worker for nine seconds, a few dozen fragments
that spread each other for hours. So a fragment's fields count each time it is spread, and what is
over the limits is refused unvalidated. Aliases make a thousand requests of one: the fields of the
root, and the rows that lists may show, are counted for each request as it comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from graphql.error import GraphQLError
from graphql.language import ast

from marketplace.api.pages import MOST_PER_PAGE
from marketplace.refusals import Refusal

PAGE_ARGUMENTS = frozenset({"first", "last"})


@dataclass(frozen=True, slots=True)
class Size:
    """``depth`` in levels; ``fields`` and ``rows`` with fragments in their places.

    A spread counts as a field, so that fragments of nothing but spreads are not free.
    """

    depth: int = 0
    fields: int = 0
    rows: int = 0

    def beside(self, other: Size) -> Size:
        """Both in one selection."""
        depth = max(self.depth, other.depth)
        return Size(depth, self.fields + other.fields, self.rows + other.rows)


@dataclass(frozen=True, slots=True)
class Weight:
    """What running a document costs: fields of the root, and rows of all lists together."""

    root_fields: int = 0
    rows: int = 0

    def __add__(self, other: Weight) -> Weight:
        return Weight(self.root_fields + other.root_fields, self.rows + other.rows)


class Measured:
    """A parsed document within the limits; ``root_fields`` are the names it calls.

    Raises:
        Refusal: QUERY_TOO_DEEP, QUERY_TOO_COMPLEX, INVALID_PAGE.
        GraphQLError: a fragment contains itself.
    """

    def __init__(self, tree: Any) -> None:
        ruler = Ruler(tree)
        whole = Size()
        for definition in tree.definitions:
            whole = whole.beside(ruler.size(definition))
        if whole.depth > settings.GRAPHQL_MAX_DEPTH:
            raise too_deep()
        if whole.fields > settings.GRAPHQL_MAX_FIELDS:
            raise _too_complex(
                _("The query has more than %(most)s fields. Ask for less at once.")
                % {"most": settings.GRAPHQL_MAX_FIELDS}
            )
        self.root_fields = frozenset(ruler.root_fields())
        self._tree = tree
        self._weight = None if ruler.met_variables else ruler.weight()

    def weight(self, variables: Mapping[str, Any] | None) -> Weight:
        """With these variables; Refusal INVALID_PAGE where one makes a page too long."""
        return self._weight or Ruler(self._tree, variables or {}).weight()


class Ruler:
    """Measures selections, each fragment once, whatever spreads it.

    ``variables`` None: unknown, so that a page is as long as a page may be.
    """

    def __init__(self, tree: Any, variables: Mapping[str, Any] | None = None) -> None:
        self.met_variables = False
        self._fragments = {
            definition.name.value: definition
            for definition in tree.definitions
            if isinstance(definition, ast.FragmentDefinition)
        }
        self._operations = [
            definition
            for definition in tree.definitions
            if isinstance(definition, ast.OperationDefinition)
        ]
        self._variables = None if variables is None else {**self._defaults(), **variables}
        self._sizes: dict[str, Size] = {}
        self._inside: set[str] = set()

    def weight(self) -> Weight:
        """Of the heaviest operation: which of several is run is said with the request."""
        return Weight(
            max((len(list(self._root(one))) for one in self._operations), default=0),
            max((self.size(one).rows for one in self._operations), default=0),
        )

    def root_fields(self) -> Iterator[str]:
        """Names of the root's fields that the operations select."""
        for operation in self._operations:
            yield from self._root(operation)

    def size(self, node: Any) -> Size:
        """Of what is selected on a node, itself not counted."""
        found = Size()
        for selection in _selections(node):
            found = found.beside(self._selected(selection))
        return found

    def _root(self, node: Any) -> Iterator[str]:
        for selection in _selections(node):
            if isinstance(selection, ast.Field):
                yield selection.name.value
            elif isinstance(selection, ast.InlineFragment):
                yield from self._root(selection)
            else:
                yield from self._root(self._fragments.get(selection.name.value))

    def _selected(self, selection: Any) -> Size:
        if isinstance(selection, ast.FragmentSpread):
            return self._spread(selection.name.value).beside(Size(fields=1))
        below = self.size(selection)
        if isinstance(selection, ast.InlineFragment):
            return below.beside(Size(fields=1))
        page = self._page(selection)
        rows = below.rows if page is None else page * (1 + below.rows)
        return Size(1 + below.depth, 1 + below.fields, rows)

    def _spread(self, name: str) -> Size:
        if name not in self._fragments:
            return Size()  # for validation to refuse
        if name in self._inside:
            raise GraphQLError(f'Cannot spread fragment "{name}" within itself.')
        if name not in self._sizes:
            self._inside.add(name)
            self._sizes[name] = self.size(self._fragments[name])
            self._inside.remove(name)
        return self._sizes[name]

    def _page(self, field: Any) -> int | None:
        """How many rows a list is asked for; None for what is no list in pages."""
        asked = [one.value for one in field.arguments if one.name.value in PAGE_ARGUMENTS]
        sizes = [self._value(value) for value in asked]
        return max((size for size in sizes if size is not None), default=None)

    def _value(self, value: Any) -> int | None:
        if isinstance(value, ast.Variable):
            self.met_variables = True
            if self._variables is None:
                return MOST_PER_PAGE
            given = self._variables.get(value.name.value)
        else:
            given = getattr(value, "value", None)
        return None if given is None else _page_size(given)

    def _defaults(self) -> dict[str, Any]:
        return {
            one.variable.name.value: getattr(one.default_value, "value", None)
            for operation in self._operations
            for one in operation.variable_definitions or ()
        }


def _selections(node: Any) -> list[Any]:
    selection_set = getattr(node, "selection_set", None)
    return selection_set.selections if selection_set else []


def _page_size(given: Any) -> int:
    """From a variable or from the document's text; Saleor's lists have the same limit as ours."""
    text = str(given)
    if text.isdecimal() and len(text) < 9 and 1 <= int(text) <= MOST_PER_PAGE:
        return int(text)
    raise Refusal(
        "INVALID_PAGE", _("A page holds from 1 to %(most)s rows.") % {"most": MOST_PER_PAGE}
    )


def check_weight(weight: Weight) -> None:
    """Refuse with QUERY_TOO_COMPLEX what one request may not ask for, its operations together."""
    if weight.root_fields > settings.GRAPHQL_MAX_ROOT_FIELDS:
        raise _too_complex(
            _("The request calls more than %(most)s operations. Send several requests.")
            % {"most": settings.GRAPHQL_MAX_ROOT_FIELDS}
        )
    if weight.rows > settings.GRAPHQL_MAX_ROWS:
        raise _too_complex(
            _("The request asks for up to %(rows)s rows; the most is %(most)s. Ask for less.")
            % {"rows": weight.rows, "most": settings.GRAPHQL_MAX_ROWS}
        )


def too_deep() -> Refusal:
    """What a document gets that nests too deep, whoever notices."""
    return Refusal(
        "QUERY_TOO_DEEP",
        _("The query nests deeper than %(most)s levels. Ask for less at once.")
        % {"most": settings.GRAPHQL_MAX_DEPTH},
    )


def _too_complex(sentence: Any) -> Refusal:
    return Refusal("QUERY_TOO_COMPLEX", sentence)
