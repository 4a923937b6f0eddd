"""Production's settings, but that what a killed worker was at is given to another after seconds,
and that passwords are looked at as quickly as in the tests' own process."""

from marketplace.settings.production import *  # noqa: F403

CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "visibility_timeout": 3}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
