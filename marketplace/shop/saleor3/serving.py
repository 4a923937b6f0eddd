"""Saleor 3.23's application; it sets OpenTelemetry up where ``OTEL_*`` is in the environment."""

from __future__ import annotations

from saleor.asgi import application

__all__ = ["application"]
