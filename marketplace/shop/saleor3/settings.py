"""Saleor 3.23's settings as this project takes them; ``marketplace.settings`` adds the rest."""

import os
from pathlib import Path

from marketplace.shop.saleor3 import keys

# Read while Saleor's settings are imported; an installation's environment says otherwise.
os.environ.setdefault("DEBUG", "False")
os.environ.setdefault("ALLOWED_CLIENT_HOSTS", "127.0.0.1,localhost")
os.environ.setdefault("DEFAULT_COUNTRY", "IT")
os.environ.setdefault("PLAYGROUND_ENABLED", "False")
os.environ.setdefault("SEND_USAGE_TELEMETRY", "False")
# As long as on the other engine: whoever logs out everywhere takes it back before.
os.environ.setdefault("JWT_TTL_ACCESS", "8 hours")

from django.core.exceptions import ImproperlyConfigured
from saleor import __version__

if not __version__.startswith("3.23."):
    raise ImproperlyConfigured(
        f"This is Saleor {__version__}; WELFAREPIU runs on Saleor 3.23 (and, embedded, on 2.10.1). "
        "Install that one: a shop's money is not moved by an untried Saleor."
    )

from saleor.settings import *

SALEOR_PLUGINS = [
    "saleor.plugins.webhook.plugin.WebhookPlugin",
    "marketplace.shop.saleor3.letters.Letters",
]

# The words of letters about orders; those about accounts are the same on either engine.
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], str(Path(__file__).with_name("templates"))]

# Our plugins come from our settings, in our order; their entry points (group `saleor.plugins`)
# would add them a second time.
INSTALLED_APPS = [app for app in INSTALLED_APPS if not app.startswith("plugins.")]

# Saleor reads the name of the connection that it may read from; without a replica it is one more
# connection to the same server, on which what a request has just written is not to be seen.
if "DATABASE_URL_REPLICA" not in os.environ:
    DATABASES = {"default": DATABASES["default"]}
    DATABASE_CONNECTION_REPLICA_NAME = "default"

# dj-database-url 2 leaves the port on the path of a socket.
for _database in DATABASES.values():
    if _database["HOST"].startswith("/"):
        _database["HOST"] = _database["HOST"].rpartition(":")[0] or _database["HOST"]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    *[m for m in MIDDLEWARE if m != "django.middleware.security.SecurityMiddleware"],
]

# Tokens say when they were issued to the microsecond.
JWT_MANAGER_PATH = "marketplace.shop.saleor3.tokens.ToTheMicrosecond"
# The slug of the channel that the territory sells through.
WELFAREPIU_CHANNEL = os.environ.get("WELFAREPIU_CHANNEL", "welfarepiu")
# Operations in one request: marketplace.api.views counts them, and refuses in its own words.
GRAPHQL_BATCH_MAX_COUNT = 10
# Saleor 3 keeps this limit in the database; ours holds for one line of a one-request purchase.
MAX_CHECKOUT_LINE_QUANTITY = int(os.environ.get("MAX_CHECKOUT_LINE_QUANTITY", "50"))

SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]

# Traces without what people sent.
TELEMETRY_TRACER_CLASS = "marketplace.shop.saleor3.telemetry.DiscreetTracer"

# Celery's own sleeps through what is due where a schedule answers as some of Saleor's do.
CELERY_BEAT_SCHEDULER = "saleor.schedulers.schedulers.PersistentScheduler"

# Saleor by itself, without our rooms: what the suite's first template is migrated with.
BARE = {"PLUGINS": SALEOR_PLUGINS, "ROOT_URLCONF": "saleor.urls"}


def embedded(data: Path) -> dict[str, object]:
    """What one machine adds, with its files in ``data``."""
    return {"RSA_PRIVATE_KEY": os.environ.get("RSA_PRIVATE_KEY") or keys.private_key(data)}
