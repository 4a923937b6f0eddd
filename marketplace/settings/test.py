"""Settings of the test suite: the embedded ones, with durability traded for speed."""

import os
import sys
from pathlib import Path

from marketplace.embedded import setup

os.environ.setdefault("SECRET_KEY", "tests only, never a secret of anybody")
os.environ.setdefault("WELFAREPIU_ENCRYPTION_KEYS", "dGVzdHMgb25seSwgbmV2ZXIgYSByZWFsIGtleSAtIC0=")

from marketplace.settings.embedded import *

# Before Django starts, which reads the catalogues, and does not look again for one it did not find.
setup.compile_catalogues(Path(sys.prefix), setup.PROJECT)

# A test that loses its last commits in a power cut has lost nothing.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
# Nobody answers there: a test that wants a Stripe starts one of its own.
STRIPE_API_BASE = "http://127.0.0.1:9"
CELERY_TASK_ALWAYS_EAGER = False

# `make test` says so of its own server: nothing in it outlives the suite but templates, which are
# made again where they broke. Then it need not wait for the disk either.
THROWAWAY_SERVER = os.environ.get("WELFAREPIU_THROWAWAY_SERVER") == "1"
