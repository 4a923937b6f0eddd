"""One machine, nothing installed but Python: PostgreSQL from the package registry, loopback only.

Not for real money or real people (see the README): Saleor 2.10.1 is past its support.
"""

# ruff: noqa: E402
import os
from pathlib import Path

from marketplace.embedded import postgres, secrets

PROJECT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("WELFAREPIU_DATA", PROJECT / ".data"))

for name, value in secrets.ensure(DATA).items():
    os.environ.setdefault(name, value)
if "DATABASE_URL" not in os.environ:
    os.environ["DATABASE_URL"] = postgres.running_url(DATA / "postgres", "welfarepiu")
os.environ.setdefault("CELERY_BROKER_URL", "filesystem://")

from marketplace.settings.base import *

ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
MEDIA_ROOT = str(DATA / "media")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": str(DATA / "broker"),
    "data_folder_out": str(DATA / "broker"),
    "processed_folder": str(DATA / "broker-done"),
    "store_processed": False,
}
