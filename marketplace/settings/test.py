"""Settings of the test suite: the embedded ones, with durability traded for speed."""

import os

os.environ.setdefault("SECRET_KEY", "tests only, never a secret of anybody")
os.environ.setdefault("WELFAREPIU_ENCRYPTION_KEYS", "dGVzdHMgb25seSwgbmV2ZXIgYSByZWFsIGtleSAtIC0=")

from marketplace.settings.embedded import *

# A test that loses its last commits in a power cut has lost nothing.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
CELERY_TASK_ALWAYS_EAGER = False
