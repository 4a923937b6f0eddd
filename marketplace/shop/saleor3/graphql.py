"""Saleor 3.23's GraphQL, for the API to build on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import graphene
from django.contrib.auth.hashers import check_password
from django.utils import timezone
from graphene.types.typemap import TypeMap
from graphql import GraphQLScalarType, specified_directives
from jwt.exceptions import ExpiredSignatureError, InvalidTokenError, PyJWTError
from saleor.app.models import App
from saleor.core.jwt import (
    JWT_REFRESH_TOKEN_COOKIE_NAME,
    JWT_THIRDPARTY_ACCESS_TYPE,
    get_user_from_access_payload,
    get_user_from_payload,
    jwt_decode,
)
from saleor.graphql import api as saleor_api
from saleor.graphql.attribute.types import ASSIGNED_ATTRIBUTE_TYPES
from saleor.graphql.core import scalars
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.enums import unit_enums
from saleor.graphql.core.federation.schema import build_federated_schema
from saleor.graphql.core.scalars import Decimal
from saleor.graphql.core.types.money import Money
from saleor.graphql.order.types import Order
from saleor.graphql.payment.schema import PAYMENT_ADDITIONAL_TYPES
from saleor.graphql.views import GraphQLView as SaleorView
from saleor.graphql.webhook.subscription_types import WEBHOOK_TYPES_MAP, Subscription
from saleor.order.models import Order as OrderRow

from marketplace.shop.saleor3 import passwords
from marketplace.shop.saleor3.cancelling import order_bulk_cancel_field, order_cancel_field
from marketplace.shop.saleor3.transactions import AROUND
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


class GraphQLView(SaleorView):
    """Saleor's view; documents are parsed by the API's own cache, not by its backend."""

    def __init__(self, schema: Any) -> None:
        super().__init__(schema=schema, backend=saleor_api.backend)


def build_schema(
    queries: list[type[graphene.ObjectType]], mutations: list[type[graphene.ObjectType]]
) -> Any:
    """One schema out of Saleor's and ours; ours come first, so that they may replace a field."""
    passwords.are_counted_by_us()
    sessions = {name: around(saleors_mutation(name)) for name, around in AROUND.items()}
    cancelling = {
        "order_cancel": order_cancel_field(),
        "order_bulk_cancel": order_bulk_cancel_field(),
    }
    mended = type("Mended", (graphene.ObjectType,), {**cancelling, **sessions})
    query = type(
        "Query", (*queries, saleor_api.Query), {"Meta": type("Meta", (), {"name": "Query"})}
    )
    mutation = type(
        "Mutation",
        (*mutations, mended, saleor_api.Mutation),
        {"Meta": type("Meta", (), {"name": "Mutation"})},
    )
    with _saleors_scalars():
        schema = build_federated_schema(
            query,
            mutation=mutation,
            types=(
                *unit_enums,
                *WEBHOOK_TYPES_MAP.values(),
                *PAYMENT_ADDITIONAL_TYPES,
                *ASSIGNED_ATTRIBUTE_TYPES,
            ),
            subscription=Subscription,
            directives=[
                *specified_directives,
                saleor_api.GraphQLDocDirective,
                saleor_api.GraphQLWebhookEventsInfoDirective,
            ],
        )
    for type_ in schema.get_type_map().values():
        if isinstance(type_, GraphQLScalarType):
            type_.parse_value = or_nothing(type_.parse_value)
            type_.parse_literal = or_nothing(type_.parse_literal)
    return schema


# Scalars of graphene's of which Saleor 3 has its own under the same name; a schema has one.
SCALARS = {
    graphene.Date: scalars.Date,
    graphene.DateTime: scalars.DateTime,
    graphene.UUID: scalars.UUID,
}


@contextmanager
def _saleors_scalars() -> Iterator[None]:
    """Take Saleor's scalar wherever a room names graphene's, while a schema is put together."""
    own = TypeMap.graphene_reducer

    def reducer(self: Any, types: Any, type_: Any) -> Any:
        return own(self, types, SCALARS.get(type_, type_) if isinstance(type_, type) else type_)

    TypeMap.graphene_reducer = reducer
    try:
        yield
    finally:
        TypeMap.graphene_reducer = own


def saleors_mutation(name: str) -> Any:
    """The field of Saleor's own mutations with that (Python) name, to put something around."""
    return saleor_api.Mutation._meta.fields[name]


def saleors_schema() -> Any:
    """Saleor's own schema, without ours."""
    return saleor_api.schema


def nobody() -> Any:
    """The user of a request without a token."""
    return None


def prepare_context(request: Any) -> Any:
    """What Saleor's resolvers look for on a request, new for each of its operations: loaders keep
    what they have read, and one operation's change is to be seen by the next."""
    request.dataloaders = {}
    request.allow_replica = False
    request.request_time = timezone.now()
    request.decoded_auth_token = getattr(request.user, "_welfare_token", None)
    return request


def user_of_token(token: str) -> Any:
    """The active user a Saleor token names; the token stays on the user for its resolvers.

    Raises:
        jwt.exceptions.PyJWTError: the token is malformed, expired or of nobody.
    """
    payload = _payload(token)
    user: Any = get_user_from_access_payload(payload)
    user._welfare_token = payload
    user.by_app = payload.get("type") == JWT_THIRDPARTY_ACCESS_TYPE
    return user


def being_refreshed(context: Any, given: dict[str, Any]) -> tuple[Any, str] | None:
    """Whose token ``tokenRefresh`` is to exchange, and the token; None where there is none.

    It is another kind of token, which signs nobody in, and may come as a cookie.
    """
    token = given.get("refresh_token") or context.COOKIES.get(JWT_REFRESH_TOKEN_COOKIE_NAME)
    return (get_user_from_payload(_payload(token)), token) if token else None


def _payload(token: str) -> dict[str, Any]:
    """What a token says, where its signature holds; else it is no token, in whatever way."""
    try:
        payload = jwt_decode(token)
    except ExpiredSignatureError:
        raise
    except PyJWTError as error:
        raise InvalidTokenError(str(error)) from error
    if "email" not in payload:
        raise InvalidTokenError("This is no token of a person.")
    return payload


def app_of_token(token: str) -> Any:
    """The active Saleor app a token names, or None."""
    candidates = App.objects.filter(
        tokens__token_last_4=token[-4:], is_active=True, removed_at__isnull=True
    ).prefetch_related("tokens")
    for app in candidates:
        if any(check_password(token, row.auth_token) for row in app.tokens.all()):
            return app
    return None


def order_node(order_id: str | None) -> Any:
    """What Saleor's ``Order`` type resolves, or None."""
    row = OrderRow.objects.filter(pk=order_id).first() if order_id else None
    return SyncWebhookControlContext(row) if row else None
