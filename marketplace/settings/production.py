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

# Redis may come later than we do, and go for a while.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # What a worker took and has not done after so long is taken to be lost with it, and is done by
    # another. Longer than any task takes: one that is still under way would be done twice.
    "visibility_timeout": 15 * 60,
    # Nobody who buys waits for a queue that is gone: what cannot be sent is caught up with. Without
    # a limit Kombu tries for ever.
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    "socket_keepalive": True,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.2,
}

# The demo territory is for trying out; nobody gets it who has not asked for it.
if os.environ.get("WELFAREPIU_DEMO_TERRITORY") == "1":
    INSTALLED_APPS = [*INSTALLED_APPS, "fixtures"]
