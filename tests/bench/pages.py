"""Pages of the storefront: the list and an article, against a static file and the bare query.

All through real HTTP over connections that are kept: the storefront serves pages and file, the API
behind it answers the query that the list page is made of.
"""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core import signing

from marketplace.embedded.setup import PROJECT
from tests.bench.clients import GraphQL, Run, drive
from tests.bench.servers import OURS, START_SECONDS, free_port
from tests.bench.stage import Stage
from tests.bench.table import Aim, Rounds, Row

DOCUMENTS = PROJECT / "storefront" / "find" / "documents"
SECRET = "of the bench alone, signs nothing of anybody"
LIST = "/negozio/"
LARGEST_HTML_BYTES = 60_000


def query() -> str:
    """The document behind the list page, with the fragment that it imports."""
    card = PROJECT / "storefront" / "design" / "documents" / "listing.graphql"
    own = DOCUMENTS / "listings.graphql"
    return own.read_text(encoding="utf-8") + card.read_text(encoding="utf-8")


class Storefront:
    """The storefront before our side's API, in a process of its own."""

    def __init__(self, api_port: int, workers: int) -> None:
        self.port = free_port()
        static = Path(settings.DATA, "storefront-static")
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "storefront.settings",
            "WELFAREPIU_API": f"http://127.0.0.1:{api_port}",
            "WELFAREPIU_EMBEDDED": "1",
            "WELFAREPIU_STOREFRONT_PORT": str(self.port),
            "STOREFRONT_WORKERS": str(workers),
            "STOREFRONT_SECRET_KEY": SECRET,
            "STOREFRONT_STATIC": str(static),
        }
        command = [sys.executable, "-m", "gunicorn", "storefront.wsgi"]
        command += ["-c", "python:storefront.gunicorn_conf", "--log-level", "warning"]
        self.process = subprocess.Popen(command, cwd=PROJECT, env=environment)

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                reader = Reader(self.port, LIST)
                reader.read()
                reader.close()
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError("the storefront did not start")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


class Reader:
    """One kept connection that reads one page over and over; ``cookie`` signs it in."""

    def __init__(self, port: int, path: str, cookie: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.path = path
        self.headers = {"Accept-Language": "it", **({"Cookie": cookie} if cookie else {})}

    def read(self) -> bytes:
        self.connection.request("GET", self.path, headers=self.headers)
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{self.path} answers {response.status}")
        return body

    def close(self) -> None:
        self.connection.close()


def measure(stage: Stage) -> list[Row]:
    """Rates of each page at 1 and 8 clients, the ways in turn."""
    api = stage.sides[OURS]
    storefront = Storefront(api.port, stage.scale.workers)
    try:
        storefront.wait()
        return _rows(stage, storefront.port, api.port)
    finally:
        storefront.stop()


def _rows(stage: Stage, port: int, api_port: int) -> list[Row]:
    cookie = _signed_in(stage)
    page = Reader(port, LIST).read().decode()
    article = _first(r'class="cover" href="(/negozio/[^"]+)"', page)
    static = _first(r'rel="stylesheet" href="([^"]+style[^"]+)"', page)
    html = max(len(Reader(port, path).read()) for path in (LIST, article))
    ways: dict[str, Callable[[], Reader | Asker]] = {
        "list page": lambda: Reader(port, LIST),
        "list page, signed in": lambda: Reader(port, LIST, cookie),
        "article": lambda: Reader(port, article),
        "article, signed in": lambda: Reader(port, article, cookie),
        "static file": lambda: Reader(port, static),
        "bare query": lambda: Asker(api_port),
    }
    for way in ways.values():
        _read(way, stage.scale.most_clients, stage.scale.seconds / 8)
    largest = Aim("at most", LARGEST_HTML_BYTES)
    rows = [Row("largest HTML of the two pages, bytes", f"{html:,}", html, aim=largest)]
    for clients in stage.scale.clients:
        measured = Rounds()
        runs = {
            name: partial(_read, way, clients, stage.scale.short_seconds)
            for name, way in ways.items()
        }
        measured.take(runs, stage.scale.rounds)
        stage.say(f"pages, {clients} clients: {measured.figures('list page')}")
        rows += _compared(measured, clients)
    return rows


def _compared(measured: Rounds, clients: int) -> list[Row]:
    some = f"{clients} client{'s' if clients > 1 else ''}"
    cached = Aim("at least", 20)
    return [
        measured.compare(f"list page, {some}: rate", "list page", "bare query", aim=cached),
        measured.compare(
            f"list page of who is signed in, {some}: rate", "list page, signed in", "bare query"
        ),
        measured.compare(f"list page, {some}: rate", "list page", "static file"),
        measured.compare(f"article, {some}: rate", "article", "bare query", aim=cached),
        measured.compare(f"article, {some}: rate", "article", "static file"),
        measured.compare(
            f"article with what pays for it, {some}: rate", "article, signed in", "bare query"
        ),
    ]


class Asker:
    """One kept connection that asks the API for what the list page is made of."""

    def __init__(self, port: int) -> None:
        self.api, self.document = GraphQL(port), query()

    def read(self) -> None:
        answer = self.api.ask(self.document, first=24, filter={}, sort="NEW")
        if len(answer["listings"]["edges"]) != 24:
            raise RuntimeError("the list is not whole")

    def close(self) -> None:
        self.api.close()


def _read(way: Callable[[], Reader | Asker], clients: int, seconds: float) -> Run:
    opened = [way() for _client in range(clients)]
    try:
        return drive([one.read for one in opened], seconds)
    finally:
        for one in opened:
            one.close()


def _signed_in(stage: Stage) -> str:
    """The session's cookie of a buyer, signed as the storefront signs it."""
    person = {"email": stage.world.emails[0], "first_name": "Ada", "last_name": "Bianchi"}
    session = {"token": stage.world.tokens[0], "person": person}
    signed = signing.dumps(session, key=SECRET, salt="storefront.session", compress=True)
    return f"sessione={signed}"


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"no {pattern} on the page")
    return found[1]
