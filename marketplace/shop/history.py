"""Dates of orders that are loaded with their past, in the installed Saleor."""

from marketplace.shop.saleor2.history import orders_date

__all__ = ["orders_date"]
