"""Debian's Chromium, driven by Playwright: one for the suite, a context for each visit."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, Response, expect

from tests.storefront.shop import PASSWORD, PROJECT, Shop

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
# How long a page may take on a machine with other work before its absence is a failure.
PATIENCE_MS = 30_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
LOCALES = {"it": "it-IT", "en": "en-GB"}
# `WELFAREPIU_SCREENS=1 make test PYTEST_ARGS=tests/journeys` leaves a picture of each page here.
SCREENS = PROJECT / ".data" / "test" / "screens" if os.environ.get("WELFAREPIU_SCREENS") else None


def executable() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "Chromium is missing: run .ci/packages"
    return found


def launch(playwright: Playwright) -> Browser:
    # Playwright's sync calls run inside an event loop, where Django would refuse its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE_MS)
    return playwright.chromium.launch(executable_path=executable(), args=FLAGS)


@dataclass
class Watched:
    """A page, and what went on while it was open."""

    page: Page
    shop: Shop
    said: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    bytes_by_url: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("response", self._response)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.said.append(f"{message.type}: {message.text}")

    def _response(self, response: Response) -> None:
        if not response.url.startswith((self.shop.url, "data:")):
            self.elsewhere.append(response.url)
        length = response.headers.get("content-length")
        if length:
            self.bytes_by_url[response.url] = int(length)

    def open(self, path: str) -> Response:
        answer = self.page.goto(self.shop.url + path, wait_until="load")
        assert answer is not None
        return answer

    def follow(self, what: str | Locator) -> None:
        """Click what leads to another page, and wait until that page is there.

        A click alone is over when the browser sets off: what is looked at next would be the page
        left behind, or none at all.
        """
        with self.page.expect_navigation(wait_until="load"):
            (self.page.locator(what).first if isinstance(what, str) else what).click()

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen."""
        wide: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide

    def violations(self) -> list[str]:
        """What breaks WCAG 2.1 A or AA, with the elements that do."""
        self.page.wait_for_load_state("load")
        found = (
            Axe()
            .run(self.page, options={"runOnly": RULES, "resultTypes": ["violations"]})
            .response["violations"]
        )
        return [
            f"{one['id']} ({one['help']}): "
            + "; ".join(node["html"][:160] for node in one["nodes"])
            for one in found
        ]

    def picture(self, name: str) -> None:
        """Leave a picture of the page, where the person at the terminal asked for pictures."""
        if SCREENS is None:
            return
        SCREENS.mkdir(parents=True, exist_ok=True)
        size = self.page.viewport_size or DESK
        file = "".join(c if c.isalnum() else "_" for c in f"{name}_{size['width']}")
        self.page.screenshot(
            path=str(Path(SCREENS, f"{file}.png")), full_page=True, caret="initial"
        )


class Browsers:
    """Contexts in one Chromium; each person signs in once, their cookies serve every visit."""

    def __init__(self, browser: Browser, shop: Shop) -> None:
        self.browser, self.shop = browser, shop
        self._cookies: dict[str, Any] = {}

    @contextmanager
    def visit(
        self,
        email: str = "",
        *,
        language: str = "it",
        size: Any = PHONE,
        scheme: Any = "light",
        javascript: bool = True,
    ) -> Iterator[Watched]:
        """A page in a browser of its own, signed in as ``email`` where one is given."""
        context: BrowserContext = self.browser.new_context(
            viewport=size,
            color_scheme=scheme,
            # No colour is on its way to another while it is measured.
            reduced_motion="reduce",
            locale=LOCALES[language],
            java_script_enabled=javascript,
            storage_state=self._signed_in(email) if email else None,
        )
        context.set_default_timeout(PATIENCE_MS)
        try:
            yield Watched(context.new_page(), self.shop)
        finally:
            context.close()

    def _signed_in(self, email: str) -> Any:
        if email not in self._cookies:
            visitor = self.shop.visitor()
            visitor.sign_in(email, PASSWORD)
            self._cookies[email] = {
                "origins": [],
                "cookies": [
                    {"name": one.name, "value": one.value, "domain": "127.0.0.1", "path": "/"}
                    for one in visitor.cookies
                ],
            }
        return self._cookies[email]
