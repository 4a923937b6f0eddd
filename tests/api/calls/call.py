"""What a call is: an operation with real arguments, who rightly sends them, and who does not."""

from __future__ import annotations

import binascii
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from graphql_relay import from_global_id, to_global_id

from tests.api.operations import document, root_fields, selection
from tests.api.world import Theirs, World

Given = Callable[[World], dict[str, Any]]
REFUSED = frozenset({"NOT_FOUND", "PERMISSION_DENIED", "NOT_SIGNED_IN"})
UNKNOWN_KEY = 2_000_000_000


@dataclass(frozen=True)
class Call:
    """One way to call an operation.

    ``rightful`` and ``strangers`` are keys of ``World.people``. ``refused_with``: the codes that
    say no to a stranger; None where the stranger is let in and must see nothing of A's.
    """

    operation: str
    rightful: str
    given: Given
    strangers: tuple[str, ...] = ()
    refused_with: frozenset[str] | None = REFUSED
    looks_unknown: bool = True

    @property
    def kind(self) -> str:
        return "mutation" if self.operation in root_fields("mutation") else "query"

    def document(self, variables: dict[str, Any], depth: int = 2) -> str:
        type_ = root_fields(self.kind)[self.operation].type
        selected = selection(type_, depth)
        if selected == " {  }":  # only Saleor's own objects
            selected = " { __typename }"
        return document(self.kind, self.operation, variables, selected)


def call(
    operation: str,
    rightful: str,
    given: Given | None = None,
    *strangers: str,
    codes: str = "",
    **more: Any,
) -> Call:
    if codes:
        more["refused_with"] = frozenset(codes.split())
    return Call(operation, rightful, given or (lambda _world: {}), strangers, **more)


def paged(operation: str, rightful: str, *strangers: str, given: Given | None = None) -> Call:
    """A list in pages: a stranger is let in and finds nothing of A's."""

    def page(world: World) -> dict[str, Any]:
        return {"first": 100, **(given(world) if given else {})}

    return Call(operation, rightful, page, strangers, refused_with=None)


def of(name: str, argument: str = "id", /, **more: Any) -> Given:
    """One id of A's, and what else the operation wants."""
    return lambda world: {argument: world[name], **more}


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def unknown(gid: str) -> str:
    """An id of the same type that nobody has; for what is no id, words that name nothing."""
    try:
        kind, key = from_global_id(gid)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "nothing-like-this"
    return to_global_id(kind, UNKNOWN_KEY if key.isdecimal() else uuid.uuid4())


def as_unknown(given: Any) -> Any:
    """The same arguments with ids that nobody has in place of A's."""
    if isinstance(given, dict):
        return {name: as_unknown(value) for name, value in given.items()}
    if isinstance(given, list):
        return [as_unknown(value) for value in given]
    return unknown(given) if isinstance(given, Theirs) else given
