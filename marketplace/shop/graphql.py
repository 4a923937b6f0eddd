"""What the API takes from the installed Saleor's GraphQL: scalars, money, its schema, its view."""

from marketplace.shop.saleor2.graphql import (
    Decimal,
    GraphQLView,
    Money,
    app_of_token,
    build_schema,
    user_of_token,
)

__all__ = ["Decimal", "GraphQLView", "Money", "app_of_token", "build_schema", "user_of_token"]
