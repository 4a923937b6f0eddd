"""Settings of the storefront: a Django without a database, for Django 3.2 to 5.2.

What differs between installations comes from the environment:

- ``WELFAREPIU_API``: where the API is, ``http://127.0.0.1:8000``;
- ``STOREFRONT_SECRET_KEY``: signs the cookies; its own, not the API's;
- ``STOREFRONT_CALLER_KEY``: shared with the API, so that it believes whose address we pass on;
- ``STOREFRONT_HOSTS``: host names, separated by commas;
- ``STOREFRONT_PROXIES``: how many proxies of ours stand in front (0: the peer is the browser);
- ``STOREFRONT_CARD_PAGE``: where cards are typed in, ``https://checkout.stripe.com``;
- ``STOREFRONT_STATIC``: the folder for the collected static files;
- ``WELFAREPIU_EMBEDDED=1``: one machine to try out on: plain HTTP, demo accounts, ``/stile/``.
"""

from __future__ import annotations

import os
from pathlib import Path

import django

HERE = Path(__file__).resolve().parent
EMBEDDED = os.environ.get("WELFAREPIU_EMBEDDED") == "1"
# Pages without a server behind them, for checks that only read the code.
SECRET_KEY = os.environ["STOREFRONT_SECRET_KEY"]
CALLER_KEY = os.environ.get("STOREFRONT_CALLER_KEY", "")
API = os.environ.get("WELFAREPIU_API", "http://127.0.0.1:8000").rstrip("/")
# Our forms may lead there, and nowhere else outside.
CARD_PAGE = os.environ.get("STOREFRONT_CARD_PAGE", "https://checkout.stripe.com")
TRUSTED_PROXIES = int(os.environ.get("STOREFRONT_PROXIES", "0"))
# Who may sign in with one click on the login page, as JSON lines; the embedded edition alone.
DEMO_ACCOUNTS = os.environ.get("STOREFRONT_DEMO_ACCOUNTS", "") if EMBEDDED else ""

DEBUG = False
ALLOWED_HOSTS = os.environ.get("STOREFRONT_HOSTS", "127.0.0.1,localhost").split(",")

# Each is a folder with urls.py (``app_name`` is the room's name), templates/<room>/, documents/ and
# a catalogue in locale/it. A context.py in it says what every page's template knows.
ROOMS = ["design", "account", "home", "find", "buy", "cards", "after"]

INSTALLED_APPS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *[f"storefront.{room}" for room in ROOMS],
]
DATABASES: dict[str, object] = {}
ROOT_URLCONF = "storefront.urls"
WSGI_APPLICATION = "storefront.wsgi.application"

MIDDLEWARE = [
    "storefront.traces.Traced",
    "storefront.headers.SafetyHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "storefront.preferences.Preferred",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "storefront.sessions.Sessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "storefront.errors.ErrorPages",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [str(HERE / "templates")],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                *[
                    f"storefront.{room}.context.page"
                    for room in ROOMS
                    if (HERE / room / "context.py").exists()
                ],
            ],
            # No template of ours needs {% load %}: words, static files, money and pieces are there.
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "storefront.money",
                "storefront.design.pieces",
            ],
        },
    }
]

LANGUAGE_CODE = "it"
LANGUAGES = [("it", "Italiano"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "lingua"
LOCALE_PATHS = [str(HERE / "locale"), *[str(HERE / room / "locale") for room in ROOMS]]
TIME_ZONE = "Europe/Rome"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("STOREFRONT_STATIC", str(HERE.parent / ".data" / "storefront-static"))
_STATIC = "whitenoise.storage.CompressedManifestStaticFilesStorage"
if django.VERSION >= (4, 2):
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": _STATIC},
    }
else:
    STATICFILES_STORAGE = _STATIC
WHITENOISE_MAX_AGE = 31_536_000

# Cookies: nothing that a script could read, nothing that another site's request brings along.
SESSION_COOKIE_NAME = "sessione"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not EMBEDDED
# Longer than the API's tokens hold (8 hours): then we still know whose unsent form to keep.
SESSION_SECONDS = 24 * 3600
CSRF_FAILURE_VIEW = "storefront.errors.forged"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

# A form of ours is small; whatever is larger is refused before it is read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"trace": {"()": "storefront.traces.TraceFilter"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(trace)s] %(message)s"},
        "json": {"()": "storefront.logs.Json"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line" if EMBEDDED else "json",
            "filters": ["trace"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Only what is ours to mend; a page that is not there is not.
        "django.request": {"level": "ERROR"},
        "django": {"handlers": [], "propagate": True},
        "storefront": {"level": "INFO"},
    },
}
