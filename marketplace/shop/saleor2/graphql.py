"""Saleor 2.10.1's GraphQL, for the API to build on."""

from __future__ import annotations

from typing import Any

import graphene
from django.contrib.auth.models import AnonymousUser
from graphene_federation import build_schema as build_federated_schema
from graphql import GraphQLScalarType
from graphql_jwt.shortcuts import get_user_by_token
from saleor.app.models import App
from saleor.graphql import api as saleor_api
from saleor.graphql.core.scalars import Decimal
from saleor.graphql.core.types.money import Money
from saleor.graphql.order.types import Order
from saleor.graphql.views import GraphQLView
from saleor.order.models import Order as OrderRow

from marketplace.shop.saleor2 import references
from marketplace.shop.scalars import or_nothing

__all__ = [
    "Decimal",
    "GraphQLView",
    "Money",
    "Order",
    "app_of_token",
    "being_refreshed",
    "build_schema",
    "nobody",
    "order_node",
    "prepare_context",
    "saleors_mutation",
    "saleors_schema",
    "user_of_token",
]


def build_schema(
    queries: list[type[graphene.ObjectType]], mutations: list[type[graphene.ObjectType]]
) -> Any:
    """One schema out of Saleor's and ours; ours come first, so that they may replace a field."""
    query = type(
        "Query", (*queries, saleor_api.Query), {"Meta": type("Meta", (), {"name": "Query"})}
    )
    mutation = type(
        "Mutation",
        (*mutations, saleor_api.Mutation),
        {"Meta": type("Meta", (), {"name": "Mutation"})},
    )
    schema = build_federated_schema(query, mutation=mutation)
    references.guard(schema)
    for type_ in schema.get_type_map().values():
        if isinstance(type_, GraphQLScalarType):
            type_.parse_value = or_nothing(type_.parse_value)
            type_.parse_literal = or_nothing(type_.parse_literal)
    return schema


def saleors_mutation(name: str) -> Any:
    """The field of Saleor's own mutations with that (Python) name, to put something around."""
    return saleor_api.Mutation._meta.fields[name]


def saleors_schema() -> Any:
    """Saleor's own schema, without ours."""
    return saleor_api.schema


def nobody() -> Any:
    """The user of a request without a token."""
    return AnonymousUser()


def prepare_context(request: Any) -> Any:
    """What Saleor's resolvers look for on a request: its middleware has put it there."""
    return request


def user_of_token(token: str) -> Any:
    """The active user a Saleor token names.

    Raises:
        graphql_jwt.exceptions.JSONWebTokenError: the token is malformed, expired or of nobody.
    """
    return get_user_by_token(token)


def being_refreshed(context: Any, given: dict[str, Any]) -> tuple[Any, str] | None:
    """Whose token ``tokenRefresh`` is to exchange, and the token; None where there is none."""
    token = given.get("token")
    return (user_of_token(token), token) if token else None


def app_of_token(token: str) -> Any:
    """The active Saleor app a token names, or None."""
    return App.objects.filter(tokens__auth_token=token, is_active=True).first()


def order_node(order_id: str | None) -> Any:
    """The row behind Saleor's ``Order`` type, or None."""
    return OrderRow.objects.filter(pk=order_id).first() if order_id else None
