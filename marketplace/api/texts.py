"""Text that no column can hold is refused at the door, for Saleor's operations as for ours.

PostgreSQL stores neither the character NUL nor half a surrogate pair; JSON and GraphQL can write
both.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from graphql.language.visitor import Visitor, visit

from marketplace.refusals import Refusal


def check_texts(variables: Any) -> None:
    """Look at every text in variables, keys as well.

    Raises:
        Refusal: INVALID_TEXT, INVALID_QUERY.
    """
    try:
        _look(variables)
    except RecursionError:
        raise Refusal(
            "INVALID_QUERY", _("The variables nest too deep. Send them flatter.")
        ) from None


def _look(value: Any) -> None:
    if isinstance(value, str):
        _check(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key)
            _look(item)
    elif isinstance(value, list):
        for item in value:
            _look(item)


def check_literals(query: str, tree: Any) -> None:
    """Look at every text that a document writes out; only an escape can hide what is looked for."""
    _check(query)
    if "\\u" in query:
        visit(tree, _Literals())


class _Literals(Visitor):
    def enter_StringValue(self, node: Any, *_where: Any) -> None:
        _check(node.value)


def _check(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _invalid() from None
    if "\x00" in text:
        raise _invalid()


def _invalid() -> Refusal:
    return Refusal(
        "INVALID_TEXT", _("A text holds a character that is none. Write it again by hand.")
    )
