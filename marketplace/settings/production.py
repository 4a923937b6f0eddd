"""Real people and real money, on Saleor 3.23: all that differs comes from the environment.

``marketplace.settings.environment`` lists what must be set; ``.env.example`` explains it.
"""

import os

from django.core.exceptions import ImproperlyConfigured

from marketplace.settings import environment

if _wrong := list(environment.problems()):
    raise ImproperlyConfigured("\n".join(["WELFAREPIU cannot start:", *_wrong]))

from marketplace.settings.base import *

DEBUG = False
# A container's own health check asks on loopback.
ALLOWED_HOSTS = [*os.environ["ALLOWED_HOSTS"].split(","), "127.0.0.1"]
# The proxy in front ends TLS and says so; it must strike this header from what comes in.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
MEDIA_ROOT = os.environ.get("WELFAREPIU_MEDIA", "/app/media")

for _database in DATABASES.values():
    # A connection lives as long as its request: under ASGI each request has a thread of its own,
    # which would leave its connection open. So none outlives a restart of PostgreSQL either.
    _database["CONN_MAX_AGE"] = 0

# A task whose worker was killed is done by another: each is fit to run twice.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Redis may come later than we do, and go for a while.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None

# The demo territory is for trying out; nobody gets it who has not asked for it.
if os.environ.get("WELFAREPIU_DEMO_TERRITORY") == "1":
    INSTALLED_APPS = [*INSTALLED_APPS, "fixtures"]
