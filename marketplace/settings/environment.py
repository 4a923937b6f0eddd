"""What production must be told before it starts, each with a sentence for whoever forgot it.

Nothing here has a default that somebody could be left with: a secret that is missing, short or
known from an example stops the start, and all that is wrong is said at once.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote, urlsplit

LEAST_SECRET, LEAST_DIFFERENT = 32, 10
# Parts of what people and examples write where a secret should stand.
KNOWN_WORDS = ("change", "secret", "password", "example", "welfarepiu", "12345678", "dummy", "xxxx")

Check = Callable[[str], str]


def weak(value: str) -> str:
    """What is wrong with a secret; empty where nothing is."""
    if len(value) < LEAST_SECRET:
        return f"is shorter than {LEAST_SECRET} characters"
    if len(set(value)) < LEAST_DIFFERENT:
        return "repeats itself"
    found = [word for word in KNOWN_WORDS if word in value.lower()]
    return f"has the word '{found[0]}' in it: anybody could guess it" if found else ""


def _keys(value: str) -> str:
    for key in value.split(","):
        try:
            if len(base64.urlsafe_b64decode(key.encode())) != 32:
                return "holds a key that is none"
        except (binascii.Error, ValueError):
            return "holds a key that is none"
    return ""


def _rsa(value: str) -> str:
    return "" if "PRIVATE KEY-----" in value else "is no private key in PEM"


def _hosts(value: str) -> str:
    return "must name hosts, not all of them" if "*" in value else ""


def _begins(*beginnings: str) -> Check:
    wanted = " or ".join(beginnings)
    return lambda value: "" if value.startswith(beginnings) else f"must begin with {wanted}"


def _with_password(*schemes: str) -> Check:
    def check(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes:
            return f"must begin with {schemes[0]}://"
        problem = weak(unquote(parts.password or ""))
        return f"has a password that {problem}" if problem else ""

    return check


def _anything(_value: str) -> str:
    return ""


#: Name -> (what it is, what may be wrong with it).
REQUIRED: Mapping[str, tuple[str, Check]] = {
    "SECRET_KEY": ("signs what the API hands out", weak),
    "RSA_PRIVATE_KEY": ("signs the tokens of whoever has signed in", _rsa),
    "WELFAREPIU_ENCRYPTION_KEYS": ("encrypt hardship, health and disability data", _keys),
    "DATABASE_URL": ("says where PostgreSQL is", _with_password("postgres", "postgresql")),
    "CELERY_BROKER_URL": ("says where the queue of tasks is", _with_password("redis", "rediss")),
    "CACHE_URL": ("says where the cache is", _with_password("redis", "rediss")),
    "ALLOWED_HOSTS": ("names the hosts that the API answers for", _hosts),
    "ALLOWED_CLIENT_HOSTS": ("names the hosts that links in letters may lead to", _hosts),
    "EMAIL_URL": ("says how letters are sent", _begins("smtp://", "submission://")),
    "DEFAULT_FROM_EMAIL": ("is whom letters come from", _anything),
    "STRIPE_API_KEY": ("is your key at Stripe", _begins("sk_live_", "sk_test_", "rk_")),
    "STRIPE_WEBHOOK_SECRET": ("signs what Stripe tells", _begins("whsec_")),
    "STOREFRONT_CALLER_KEY": ("is shared with the storefront", weak),
    "WELFAREPIU_METRICS_TOKEN": ("lets Prometheus read /metrics", weak),
}


def problems(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """A sentence for each variable that is missing or unfit; never its value."""
    for name, (what, check) in REQUIRED.items():
        value = environment.get(name, "").strip()
        if not value:
            yield f"{name} is not set: it {what}."
            continue
        problem = check(value)
        if problem:
            yield f"{name} ({what}) {problem}."
    if environment.get("DEBUG", "").lower() in {"1", "true", "yes"}:
        yield "DEBUG is on: it shows strangers the inside of every fault. Leave it out."
