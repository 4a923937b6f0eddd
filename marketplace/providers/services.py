"""Writes of this room."""

from __future__ import annotations

from marketplace.providers.orders import provider_orders_create

__all__ = ["provider_orders_create"]
