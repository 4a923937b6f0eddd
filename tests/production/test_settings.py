"""Production starts with everything it needs, or not at all; what is wrong is said at once."""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from marketplace.embedded.setup import PROJECT
from marketplace.settings.environment import REQUIRED, problems

# Of this test alone; unlike any example.
GOOD_SECRET = "kV3-q9ZtB7_wLx2Rf8Nh5Jm0Yd6Ga4Pc1Ue"
# The same in every process of the suite, which names tests by them.
FERNET = [urlsafe_b64encode(letter * 32).decode() for letter in (b"a", b"b")]
RSA = (
    rsa.generate_private_key(65537, 2048)
    .private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    .decode()
)
GOOD = {
    "SECRET_KEY": GOOD_SECRET,
    "RSA_PRIVATE_KEY": RSA,
    "WELFAREPIU_ENCRYPTION_KEYS": ",".join(FERNET),
    "DATABASE_URL": f"postgres://shop:{GOOD_SECRET}@db:5432/shop",
    "CELERY_BROKER_URL": f"redis://:{GOOD_SECRET}@redis:6379/0",
    "CACHE_URL": f"redis://:{GOOD_SECRET}@redis:6379/1",
    "ALLOWED_HOSTS": "api.welfare.example,api",
    "ALLOWED_CLIENT_HOSTS": "welfare.example",
    "EMAIL_URL": "smtp://mail:1025",
    "DEFAULT_FROM_EMAIL": "Negozio <negozio@welfare.example>",
    "STRIPE_API_KEY": "sk_test_abcdefgh",
    "STRIPE_WEBHOOK_SECRET": "whsec_abcdefgh",
    "STOREFRONT_CALLER_KEY": GOOD_SECRET,
    "WELFAREPIU_METRICS_TOKEN": GOOD_SECRET,
}
BAD = [
    ("SECRET_KEY", "kV3q9ZtB7", "shorter than 32"),
    ("SECRET_KEY", "a" * 50, "repeats itself"),
    ("SECRET_KEY", "please-change-me-kV3q9ZtB7wLx2Rf8Nh5J", "'change'"),
    ("RSA_PRIVATE_KEY", GOOD_SECRET, "no private key"),
    ("WELFAREPIU_ENCRYPTION_KEYS", "nonsense", "a key that is none"),
    ("WELFAREPIU_ENCRYPTION_KEYS", f"{FERNET[0]},x", "a key that is none"),
    ("DATABASE_URL", f"mysql://shop:{GOOD_SECRET}@db/shop", "must begin with postgres://"),
    ("DATABASE_URL", "postgres://shop@db/shop", "a password that is shorter"),
    (
        "DATABASE_URL",
        "postgres://shop:password-kV3q9ZtB7wLx2Rf8Nh5Jm0YdG@db/shop",
        "a password that has",
    ),
    ("CELERY_BROKER_URL", "redis://redis:6379/0", "a password that is shorter"),
    ("CACHE_URL", "locmem://", "must begin with redis://"),
    ("ALLOWED_HOSTS", "*", "not all of them"),
    ("EMAIL_URL", "console://", "must begin with smtp://"),
    ("STRIPE_API_KEY", "pk_live_abcdefgh", "must begin with"),
    ("STRIPE_WEBHOOK_SECRET", "abcdefgh", "must begin with whsec_"),
    ("STOREFRONT_CALLER_KEY", "caller", "shorter than"),
    ("WELFAREPIU_METRICS_TOKEN", "prometheus", "shorter than"),
]


def test_what_is_good_is_taken():
    assert list(problems(GOOD)) == []


@pytest.mark.parametrize("name", REQUIRED)
def test_whatever_is_missing_is_named(name):
    assert set(GOOD) == set(REQUIRED)
    for missing in ({**GOOD, name: " "}, {k: v for k, v in GOOD.items() if k != name}):
        (sentence,) = problems(missing)
        assert sentence.startswith(f"{name} is not set: it ")


@pytest.mark.parametrize(("name", "value", "said"), BAD)
def test_whatever_is_weak_is_named_and_not_repeated(name, value, said):
    (sentence,) = problems({**GOOD, name: value})
    assert sentence.startswith(name)
    assert said in sentence
    assert value == "*" or value not in sentence


def test_debug_is_refused():
    (sentence,) = problems({**GOOD, "DEBUG": "True"})
    assert "DEBUG is on" in sentence


def start(environment: dict[str, str], code: str) -> subprocess.CompletedProcess[str]:
    told = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "marketplace.settings.production"}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=told | environment,
        capture_output=True,
        text=True,
    )


def test_it_does_not_start_without_and_says_everything_at_once():
    done = start({}, "import django; django.setup()")
    assert done.returncode
    assert all(f"{name} is not set" in done.stderr for name in REQUIRED)


LOOK = """
import django
django.setup()
from django.conf import settings
from marketplace.background import app
assert settings.DEBUG is False
assert settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE
assert "*" not in settings.ALLOWED_HOSTS
assert all(one["CONN_MAX_AGE"] == 0 for one in settings.DATABASES.values())
assert "fixtures" not in settings.INSTALLED_APPS
assert settings.LOGGING["formatters"]["line"]["()"].endswith("Json")
assert not app.conf.task_always_eager and app.conf.task_acks_late
assert not any("dummy" in plugin for plugin in settings.PLUGINS)
from marketplace.api.asgi import application
assert callable(application)
"""


def test_it_starts_with_them_and_is_strict():
    done = start(GOOD, LOOK)
    assert done.returncode == 0, done.stderr


def test_the_demo_territory_is_there_only_where_asked_for():
    look = "import django; django.setup(); from django.core.management import get_commands;"
    look += "print('demo_territory' in get_commands())"
    assert start(GOOD, look).stdout == "False\n"
    assert start({**GOOD, "WELFAREPIU_DEMO_TERRITORY": "1"}, look).stdout == "True\n"
