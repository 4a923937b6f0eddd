"""Saleor 2.10.1 is served by WSGI (``marketplace.api.wsgi``); this is Django's own ASGI."""

from __future__ import annotations

from django.core.asgi import get_asgi_application

application = get_asgi_application()
