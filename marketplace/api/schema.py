"""The whole schema: Saleor's, and that of every room that has a ``schema`` module."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import graphene
from django.conf import settings

from marketplace.shop.graphql import build_schema


def room_schemas() -> list[Any]:
    """The ``schema`` modules of the installed rooms, in the order of the settings."""
    return [
        import_module(f"{room}.schema")
        for room in settings.WELFAREPIU_ROOMS
        if find_spec(f"{room}.schema") and room != "marketplace.api"
    ]


def our_types(kind: str) -> list[type[graphene.ObjectType]]:
    """``Queries`` or ``Mutations`` of every room that has them."""
    return [getattr(module, kind) for module in room_schemas() if hasattr(module, kind)]


@lru_cache(maxsize=1)
def schema() -> Any:
    """The composed schema, built once per process."""
    return build_schema(our_types("Queries"), our_types("Mutations"))
