"""ASGI entry point, as Saleor 3 is served; ``marketplace.api.serve`` serves it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.production")

from marketplace.api.bodies import bounded
from marketplace.shop.serving import application as saleors

application = bounded(saleors)

__all__ = ["application"]
