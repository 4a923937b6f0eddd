"""A whole shop for tests: the demo territory in a database of its own, a real API over it, a real
storefront in front and a stand-in for Stripe, each in its own processes on free ports of loopback.

The territory is loaded once a day into a template, and cloned from it in a tenth of a second.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection

from fixtures import accounts
from fixtures.load import Size, territory_load
from marketplace.embedded import stripe_stand_in
from marketplace.embedded.processes import Child, free_port, stop_all
from tests import databases
from tests.engine import installed
from tests.storefront.visitor import Visitor

PROJECT = Path(__file__).resolve().parents[2]
SIZE = Size(scale=0.02)
START_SECONDS = 180
STRIPE_SECRET = "whsec_of_the_shop"
PASSWORD = accounts.PASSWORD
# Of the demo territory, with credit and past orders.
EMPLOYEE = "employee@example.com"
OTHER_EMPLOYEE = "worker@example.com"
_numbers = count(1)


def template(base: str) -> str:
    """The template that holds the territory, made where today has none yet."""
    digest = hashlib.sha256(f"{base} {date.today()} {SIZE}".encode())
    for file in sorted((PROJECT / "fixtures").rglob("*")):
        if file.suffix in (".py", ".toml", ".json", ".csv"):
            digest.update(file.name.encode() + file.read_bytes())
    return f"tpl_shop_{digest.hexdigest()[:12]}"


def _load(database: str) -> None:
    with databases.pointed_at(database):
        territory_load(size=SIZE, advance=lambda _name: None)


def world() -> str:
    """Name of a database that holds the territory and that nobody is connected to."""
    base = databases.template()
    name = template(base)
    databases.make(name, base, _load)
    return name


def url_of(database: str) -> str:
    """``DATABASE_URL`` of a database on the server that the tests use."""
    params = connection.get_connection_params()
    login = f"{params.get('user', '')}:{params.get('password', '')}"
    host = quote(params.get("host", ""), safe="")
    return f"postgres://{login}@{host}:{params.get('port', '')}/{database}"


@dataclass
class Shop:
    """A running shop. ``data`` holds its mail (``data/mail``) and its logs (``data/log``)."""

    database: str
    data: Path
    api_port: int
    port: int
    stripe_port: int

    @property
    def stripe(self) -> str:
        """The stand-in's address, which is also where cards are typed in."""
        return f"http://127.0.0.1:{self.stripe_port}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def logs(self) -> str:
        return "".join(file.read_text() for file in (self.data / "log").glob("*.log"))

    def visitor(self, email: str = "", *, language: str = "it") -> Visitor:
        """Somebody with a browser's cookies, signed in where ``email`` is given."""
        made = Visitor(self.url, language=language)
        if email:
            made.sign_in(email, PASSWORD)
        return made

    @contextmanager
    def looking_in(self) -> Iterator[None]:
        """Let Django's models see the shop's database for the block's length."""
        with databases.pointed_at(self.database):
            yield

    def buyer(self, cents: int = 20_000, *, days: int = 200) -> str:
        """E-mail of a new colleague of the demo's employee, with that much credit of their own."""
        from tests import shopping

        with self.looking_in():
            model = get_user_model().objects.get(email=EMPLOYEE)
            old = model.employments.get(until=None)
            wallet = model.wallets.exclude(plan=None).first()
            email = f"buyer{next(_numbers)}.{os.getpid()}@example.com"
            user = get_user_model().objects.create(
                email=email,
                first_name="Anna",
                last_name="Rossi",
                password=model.password,
                default_shipping_address=model.default_shipping_address,
            )
            old.pk, old.user, old.payroll_number = None, user, ""
            old.save()
            membership = model.memberships.get(role="employee")
            membership.pk, membership.user = None, user
            membership.save()
            if cents:
                shopping.give(old.company, wallet.plan, user, cents, days=days)
        return email


class Servers:
    """The API and the storefront over one database."""

    def __init__(self, database: str, data: Path) -> None:
        self.shop = Shop(database, data, free_port(), free_port(), free_port())

    @cached_property
    def children(self) -> list[Child]:
        shop = self.shop
        caller_key = "shared by the two servers of the tests"
        api = {
            "DJANGO_SETTINGS_MODULE": "tests.storefront.api_settings",
            "DATABASE_URL": url_of(shop.database),
            # Letters are written at once: no worker is needed to send one.
            "CELERY_BROKER_URL": "",
            "WELFAREPIU_DATA": str(shop.data),
            "WELFAREPIU_PORT": str(shop.api_port),
            "WELFAREPIU_STOREFRONT_PORT": str(shop.port),
            "STRIPE_API_BASE": shop.stripe,
            "STRIPE_API_KEY": "sk_test_of_the_shop",
            "STRIPE_WEBHOOK_SECRET": STRIPE_SECRET,
            "WELFAREPIU_WORKERS": "2",
            "STOREFRONT_CALLER_KEY": caller_key,
            "SECRET_KEY": settings.SECRET_KEY,
        }
        storefront = {
            "DJANGO_SETTINGS_MODULE": "storefront.settings",
            "WELFAREPIU_API": shop.api,
            "WELFAREPIU_EMBEDDED": "1",
            "WELFAREPIU_STOREFRONT_PORT": str(shop.port),
            "STOREFRONT_WORKERS": "1",
            "STOREFRONT_SECRET_KEY": "tests only, never a secret of anybody",
            "STOREFRONT_CALLER_KEY": caller_key,
            "STOREFRONT_CARD_PAGE": shop.stripe,
            "STOREFRONT_STATIC": str(shop.data / "storefront-static"),
        }
        return [
            *stripe_stand_in.children(shop.stripe_port, shop.data / "log"),
            Child(
                "api",
                installed.part("serving").command(shop.api_port),
                os.environ | api,
                shop.data / "log" / "api.log",
            ),
            Child(
                "storefront",
                [
                    *(sys.executable, "-m", "gunicorn", "--log-level", "warning"),
                    *("-c", "python:storefront.gunicorn_conf", "storefront.wsgi"),
                ],
                os.environ | storefront,
                shop.data / "log" / "storefront.log",
            ),
        ]

    @contextmanager
    def running(self) -> Iterator[Shop]:
        try:
            for child in self.children:
                child.start()
            stripe_stand_in.send_webhooks(
                self.shop.stripe_port, f"{self.shop.api}/stripe/webhook/", STRIPE_SECRET
            )
            for address in (f"{self.shop.url}/accesso/", f"{self.shop.api}/graphql/"):
                self._wait(address)
            yield self.shop
        finally:
            stop_all(list(reversed(self.children)), seconds=1.5)

    def _wait(self, address: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(address, timeout=10):  # noqa: S310
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                ended = any(child.ended for child in self.children)
                if ended or time.monotonic() > deadline:
                    raise RuntimeError(
                        f"the shop did not start:\n{self.shop.logs[-4000:]}"
                    ) from None
                time.sleep(0.1)


@contextmanager
def open_shop() -> Iterator[Shop]:
    """A shop over its own copy of the territory, for the length of the block."""
    with ExitStack() as cleanup:
        database = cleanup.enter_context(databases.copied(world(), "shop"))
        data = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="welfarepiu-shop-")))
        # Drawn when the template was made, and never written to by a test.
        (data / "media").symlink_to(settings.MEDIA_ROOT, target_is_directory=True)
        yield cleanup.enter_context(Servers(database, data).running())


def forget_mail(shop: Shop) -> None:
    shutil.rmtree(shop.data / "mail", ignore_errors=True)


def letters(shop: Shop) -> list[Any]:
    """The letters that the shop has sent, oldest first, as ``email.message.EmailMessage``."""
    from email import message_from_bytes, policy

    files = sorted((shop.data / "mail").glob("*"), key=lambda file: file.stat().st_mtime)
    return [
        message_from_bytes(part.strip() + b"\n", policy=policy.default)
        for file in files
        for part in file.read_bytes().split(b"-" * 79)
        if part.strip()
    ]
