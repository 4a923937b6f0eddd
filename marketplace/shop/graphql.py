"""What the API takes from the installed Saleor's GraphQL: scalars, money, its schema, its view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import graphene

from marketplace.shop import engine


class GraphQL(Protocol):
    """Saleor's types, and what reads its tokens."""

    Decimal: Any
    Money: Any
    Order: Any
    GraphQLView: Any

    def build_schema(
        self,
        queries: list[type[graphene.ObjectType]],
        mutations: list[type[graphene.ObjectType]],
    ) -> Any:
        """One schema out of Saleor's and ours; ours come first and may replace a field."""

    def saleors_mutation(self, name: str) -> Any:
        """The field of Saleor's own mutations with that (Python) name, to put something around."""

    def saleors_schema(self) -> Any:
        """Saleor's own schema, without ours."""

    def nobody(self) -> Any:
        """The user of a request without a token."""

    def prepare_context(self, request: Any) -> Any:
        """A request as Saleor's resolvers take it, after ``user`` and ``app`` are known."""

    def user_of_token(self, token: str) -> Any:
        """The active user a Saleor token names; raises where it is malformed, expired, nobody's.

        ``by_app`` is True on the user where an app acts in their name.
        """

    def being_refreshed(self, context: Any, given: dict[str, Any]) -> tuple[Any, str] | None:
        """Whose token ``tokenRefresh`` is to exchange, and the token; None where there is none."""

    def app_of_token(self, token: str) -> Any:
        """The active Saleor app a token names, or None."""

    def order_node(self, order_id: str | None) -> Any:
        """What Saleor's ``Order`` type resolves, or None."""


installed: GraphQL = engine.part("graphql")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import graphql as saleor2
    from marketplace.shop.saleor3 import graphql as saleor3

    _engines: tuple[GraphQL, ...] = (saleor2, saleor3)

Decimal = installed.Decimal
GraphQLView = installed.GraphQLView
Money = installed.Money
Order = installed.Order
app_of_token = installed.app_of_token
being_refreshed = installed.being_refreshed
build_schema = installed.build_schema
nobody = installed.nobody
order_node = installed.order_node
prepare_context = installed.prepare_context
saleors_mutation = installed.saleors_mutation
saleors_schema = installed.saleors_schema
user_of_token = installed.user_of_token

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
