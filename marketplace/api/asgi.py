"""ASGI entry point: ``uvicorn marketplace.api.asgi:application``, the way Saleor 3 is served."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.production")

from marketplace.shop.serving import application

__all__ = ["application"]
