"""What the API takes from the installed Saleor's GraphQL: scalars, money, its schema, its view."""

from marketplace.shop.saleor2.graphql import (
    Decimal,
    GraphQLView,
    Money,
    Order,
    app_of_token,
    build_schema,
    order_node,
    user_of_token,
)

__all__ = [
    "Decimal",
    "GraphQLView",
    "Money",
    "Order",
    "app_of_token",
    "build_schema",
    "order_node",
    "user_of_token",
]
