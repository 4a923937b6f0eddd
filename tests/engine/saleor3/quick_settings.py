"""Production's settings, but that what a killed worker was at is given to another after seconds."""

from marketplace.settings.production import *  # noqa: F403

CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "visibility_timeout": 3}  # noqa: F405
