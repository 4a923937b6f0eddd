"""The engine's Celery app: the same place in either Saleor."""

from saleor.celeryconf import app

__all__ = ["app"]
