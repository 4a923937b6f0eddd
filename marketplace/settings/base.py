"""What every installation shares, on top of the settings of the Saleor that is installed.

Secrets come from the environment and have no default here; ``embedded`` makes its own.
"""

import os
from pathlib import Path

from marketplace.operation import logs
from marketplace.shop import engine

# Saleor's own settings, with what either engine needs changed in them.
_installed = engine.part("settings")
globals().update({name: getattr(_installed, name) for name in dir(_installed) if name.isupper()})

TIME_ZONE = "Europe/Rome"
LANGUAGE_CODE = "it"
LANGUAGES = [("it", "Italiano"), ("en", "English")]
# Sentences are English in the code; `make messages` brings them into the catalogue.
LOCALE_PATHS = [str(Path(__file__).parents[1] / "locale")]
WELFAREPIU_ROOMS = [
    "marketplace.shop",
    "marketplace.people",
    "marketplace.operation",
    "marketplace.ledger",
    "marketplace.territory",
    "marketplace.payments",
    "marketplace.companies",
    "marketplace.providers",
    "marketplace.window",
    "marketplace.cards",
    "marketplace.suggestions",
    "marketplace.sales",
    "marketplace.sales.reconciliation",
    "marketplace.api",
    "plugins.ethics_charter",
    "plugins.welfare_wallet",
    "plugins.welfare_wallet.split",
    "plugins.solidarity_fund",
    "plugins.sfa_logistics",
    "plugins.vouchers",
]
INSTALLED_APPS = [*INSTALLED_APPS, *WELFAREPIU_ROOMS]
MIDDLEWARE = [
    "marketplace.operation.request_ids.RequestIds",
    "marketplace.operation.requests.Watched",
    *MIDDLEWARE,
]

# The gateways that Saleor ships are left out: "dummy" would let anybody pay with nothing.
PLUGINS = [
    *SALEOR_PLUGINS,
    "plugins.ethics_charter.plugin.EthicsCharterPlugin",
    "plugins.welfare_wallet.plugin.WelfareWalletPlugin",
    "plugins.solidarity_fund.plugin.SolidarityFundPlugin",
    "plugins.sfa_logistics.plugin.SfaLogisticsPlugin",
]

ROOT_URLCONF = "marketplace.api.urls"
WSGI_APPLICATION = "marketplace.api.wsgi.application"

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
# A task whose worker was killed is done by another: each is fit to run twice.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True

# The storefront passes on whose address it asks for; this key, which it shares, says it is ours.
STOREFRONT_CALLER_KEY = os.environ.get("STOREFRONT_CALLER_KEY", "")
# How many proxies of ours stand before the API; 0: the peer is who asks.
TRUSTED_PROXIES = int(os.environ.get("WELFAREPIU_PROXIES", "0"))

STRIPE_API_KEY = os.environ.get("STRIPE_API_KEY", "")
STRIPE_WEBHOOK_SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET", "")
# Set only where a stand-in answers for Stripe.
STRIPE_API_BASE = os.environ.get("STRIPE_API_BASE", "")

# "json" or "text"; either way nothing private is in a line.
LOGGING = logs.configuration(os.environ.get("WELFAREPIU_LOG_FORMAT", "json"))
# How long credit stays set aside for a checkout of Saleor's own steps.
WALLET_HOLD_MINUTES = 30
# How long a card page stays open (Stripe: from 30 minutes to 24 hours), and how long credit and
# stock stay set aside after that, for the news of a payment made in its last second.
CARD_PAGE_MINUTES = 32
CARD_HOLD_GRACE_MINUTES = 8

# Letters before credit expires: so many days before, once each.
CREDIT_WARNING_DAYS = (60, 30, 7)
# Where the shop is in the browser, for links in letters; empty: letters have none.
STOREFRONT_URL = os.environ.get("STOREFRONT_URL", "").rstrip("/")

# Codes of vouchers that do not work: so many by one person within so many minutes stop more tries.
VOUCHER_MOST_FAILURES = 10
VOUCHER_ATTEMPT_MINUTES = 15

# The reconciler: what is younger than the grace may still be under way; it looks two days back
# (further where it did not run), and at night over the months.
RECONCILE_GRACE_SECONDS = 120
RECONCILE_WINDOW_HOURS = 48
RECONCILE_NIGHT_DAYS = 90

# The territory whose ledger this installation keeps: its number, in every row of the ledger.
LEDGER_TERRITORY = int(os.environ.get("WELFAREPIU_TERRITORY", "1"))
# Postings are prepared once per connection; off behind a pooler that shares connections.
LEDGER_PREPARES = os.environ.get("LEDGER_PREPARES", "True") == "True"

# Worker and beat show themselves every half minute; silent for longer, health says so.
HEARTBEAT_SILENT_SECONDS = 150
# Who may read /metrics; where it is empty there is no such page.
METRICS_TOKEN = os.environ.get("WELFAREPIU_METRICS_TOKEN", "")
