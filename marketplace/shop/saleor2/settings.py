"""Saleor 2.10.1's settings as this project takes them; ``marketplace.settings`` adds the rest."""

# ruff: noqa: E402
import os
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

if (_found := version("saleor")) != "2.10.1":
    raise ImproperlyConfigured(
        f"This is Saleor {_found}; WELFAREPIU runs on Saleor 2.10.1 (for real people: 3.23). "
        "Install one of them: `make setup` does."
    )

from marketplace.shop.saleor2 import shims

shims.apply()

# Saleor 2.10.1 reads these while it is imported, with defaults for a shop in Chicago.
os.environ.setdefault("DEBUG", "False")
os.environ.setdefault("ALLOWED_CLIENT_HOSTS", "127.0.0.1,localhost")
os.environ.setdefault("DEFAULT_COUNTRY", "IT")
os.environ.setdefault("DEFAULT_CURRENCY", "EUR")
os.environ.setdefault("ENABLE_ACCOUNT_CONFIRMATION_BY_EMAIL", "False")
os.environ.setdefault("PLAYGROUND_ENABLED", "False")

from saleor.settings import *

# It was migrated with 32-bit keys; our rooms say BigAutoField in their AppConfig.
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"

PLUGINS_MANAGER = "marketplace.shop.saleor2.configurations.OncePerRequest"
SALEOR_PLUGINS = ["saleor.plugins.webhook.plugin.WebhookPlugin"]

# Its wheel ships no templates; these are our own, for every letter that it sends.
TEMPLATES[0]["DIRS"] = [str(Path(shims.__file__).with_name("templates"))]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    *[m for m in MIDDLEWARE if m != "django.middleware.security.SecurityMiddleware"],
]

# marketplace.api.views authenticates once per request, not once per field.
SALEOR_GRAPHENE = GRAPHENE
GRAPHENE = {**GRAPHENE, "MIDDLEWARE": []}
GRAPHQL_JWT = {
    **GRAPHQL_JWT,
    "JWT_PAYLOAD_HANDLER": "marketplace.shop.saleor2.tokens.jwt_payload",
    "JWT_ENCODE_HANDLER": "marketplace.shop.saleor2.shims.jwt_encode",
    "JWT_DECODE_HANDLER": "marketplace.shop.saleor2.shims.jwt_decode",
    "JWT_VERIFY_EXPIRATION": True,
    "JWT_EXPIRATION_DELTA": timedelta(hours=8),
}

# Saleor 2.10.1 on Django 3.2: deprecated fields and implicit keys, none of them ours to mend.
SILENCED_SYSTEM_CHECKS = ["fields.W904", "models.W042", "security.W004", "security.W008"]

# Saleor by itself, without our rooms: what the suite and the bench compare with.
BARE = {
    "PLUGINS_MANAGER": "saleor.plugins.manager.PluginsManager",
    "PLUGINS": [*SALEOR_PLUGINS, "saleor.payment.gateways.dummy.plugin.DummyGatewayPlugin"],
    "GRAPHENE": SALEOR_GRAPHENE,
    "ROOT_URLCONF": "saleor.urls",
    "WSGI_APPLICATION": "saleor.wsgi.application",
}


def embedded(_data: Path) -> dict[str, object]:
    """What one machine adds: thumbnails are made when somebody first looks at them."""
    on_demand = {**VERSATILEIMAGEFIELD_SETTINGS, "create_images_on_demand": True}
    return {"VERSATILEIMAGEFIELD_SETTINGS": on_demand}
