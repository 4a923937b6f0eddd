"""Objects with a global id, in Relay's form (base64 of ``Type:pk``)."""

from __future__ import annotations

import binascii
from typing import Any

import graphene
from django.utils.translation import gettext_lazy as _
from graphql_relay import from_global_id, to_global_id

from marketplace.refusals import Refusal

LARGEST_PK = 2**63 - 1
LONGEST_PK = len(str(LARGEST_PK))

# What people call the things that have ids; an Entity's Meta says its own, these are Saleor's.
_nouns: dict[str, Any] = {
    "Checkout": _("a checkout"),
    "Order": _("an order"),
    "ProductVariant": _("an article"),
}


def to_global(type_name: str, pk: Any) -> str:
    """The global id of an object."""
    return to_global_id(type_name, pk)


def from_global_text(gid: str, type_name: str, *, field: str | None = None) -> str:
    """The key in a global id of the given type, as text; Refusal INVALID_ID for any other text."""
    try:
        found, key = from_global_id(gid)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        found, key = "", ""
    if found != type_name or not key.isprintable() or not key:
        raise _invalid_id(type_name, field)
    return key


def from_global(gid: str, type_name: str, *, field: str | None = None) -> int:
    """The integer key in a global id of the given type; Refusal INVALID_ID for any other text."""
    key = from_global_text(gid, type_name, field=field)
    # By length first: Python refuses to read thousands of digits.
    if not key.isdecimal() or len(key) > LONGEST_PK or int(key) > LARGEST_PK:
        raise _invalid_id(type_name, field)
    return int(key)


def _invalid_id(type_name: str, field: str | None) -> Refusal:
    return Refusal(
        "INVALID_ID",
        _("This is not the id of %(what)s. Go back and choose it again.")
        % {"what": noun(type_name)},
        field=field or "id",
    )


def noun(type_name: str) -> Any:
    """What people call it, with its article: ``a provider``, ``un fornitore``."""
    return _nouns.get(type_name, type_name)


def not_found(type_name: str, *, field: str | None = None) -> Refusal:
    """What an unknown id gets, and what somebody else's id gets: the two must look the same."""
    return Refusal(
        "NOT_FOUND",
        _("We cannot find %(what)s with this id: it is gone, or it is not yours to see.")
        % {"what": noun(type_name)},
        field=field or "id",
    )


class Entity(graphene.ObjectType):
    """Base of our object types: ``id`` is global, made of the type's name and the row's ``pk``.

    Meta takes ``noun``, what people call one, where clients look it up by its id.
    """

    class Meta:
        abstract = True

    id = graphene.ID(required=True, description="Global id.")

    @classmethod
    def __init_subclass_with_meta__(cls, *, noun: Any = None, **options: Any) -> None:
        super().__init_subclass_with_meta__(**options)
        if noun is not None:
            _nouns[cls._meta.name] = noun

    @staticmethod
    def resolve_id(root: Any, info: Any) -> str:
        return to_global(info.parent_type.name, root.pk)
