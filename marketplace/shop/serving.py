"""The installed Saleor's own ASGI application: with its health, compression, CORS and telemetry."""

from __future__ import annotations

from typing import Any

from marketplace.shop import engine

application: Any = engine.part("serving").application

__all__ = ["application"]
