"""Orders of the past: what Saleor dates by the clock, dated when it happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from marketplace.shop.columns import CREATED, MODIFIED, ORDER_KEY

# Each table that dates something of an order: its columns, and how it knows the order.
DATED = (
    ("order_order", (CREATED,), "dated.id = given.order_id"),
    ("order_orderevent", ("date",), "dated.order_id = given.order_id"),
    ("account_customerevent", ("date",), "dated.order_id = given.order_id"),
    ("payment_payment", (CREATED, MODIFIED), "dated.order_id = given.order_id"),
    (
        "payment_transaction",
        (CREATED,),
        "dated.payment_id IN (SELECT id FROM payment_payment WHERE order_id = given.order_id)",
    ),
)


def orders_date(placed_at: Mapping[str, datetime]) -> None:
    """Date orders, their payments and events, by order id; a statement per table.

    For orders that are loaded with their past; an order that somebody places keeps its time.
    """
    with connection.cursor() as cursor:
        for table, columns, joined in DATED:
            columns_set = ", ".join(f"{column} = given.at" for column in columns)
            cursor.execute(
                f"UPDATE {table} AS dated SET {columns_set}"  # noqa: S608 (constants above)
                f" FROM unnest(%s::text[]::{ORDER_KEY}[], %s::timestamptz[])"
                " AS given (order_id, at)"
                f" WHERE {joined}",
                [list(placed_at), list(placed_at.values())],
            )
