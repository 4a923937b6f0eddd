"""Somebody who visits the storefront without a browser: cookies, forms and pages over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import requests
from bs4 import BeautifulSoup


@dataclass
class Page:
    """An answer, read as HTML."""

    status: int
    url: str
    text: str
    headers: Any

    @property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "html.parser")

    @property
    def words(self) -> str:
        """What is to be read in the page's main part, with single spaces."""
        main = self.soup.find("main") or self.soup
        return " ".join(main.get_text(" ").split())

    @property
    def path(self) -> str:
        """Where one is after the redirects, with the query."""
        return "/" + self.url.split("/", 3)[3]

    def form(self, action: str = "") -> Any:
        """The form of the main part whose address begins so; the first one without."""
        main = self.soup.find("main") or self.soup
        for form in main.find_all("form"):
            if str(form.get("action", "")).startswith(action):
                return form
        raise AssertionError(f"no form to {action!r} on {self.url}:\n{self.words[:500]}")


class Visitor:
    """Keeps cookies from page to page, follows redirects, fills in the forms it is shown."""

    def __init__(self, url: str, *, language: str = "it") -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = language

    @property
    def cookies(self) -> Any:
        return self.session.cookies

    def get(self, path: str, **more: Any) -> Page:
        return self._read(self.session.get(urljoin(self.url, path), timeout=30, **more))

    def post(self, path: str, data: Any = None, **more: Any) -> Page:
        headers = {"Referer": self.url + "/", **more.pop("headers", {})}
        found = self.session.post(
            urljoin(self.url, path), data, timeout=30, headers=headers, **more
        )
        return self._read(found)

    def submit(self, page: Page, action: str = "", button: str = "", **fields: Any) -> Page:
        """Send a form of a page as a browser would, with ``fields`` changed.

        ``button``: the ``name=value`` of the button that is pressed, where it has one.
        """
        form = page.form(action)
        data = {**filled(form), **fields}
        if button:
            name, _equals, value = button.partition("=")
            data[name] = value
        target = urljoin(page.url, form.get("action") or page.url)
        if form.get("method", "get").lower() == "get":
            return self.get(target, params=data)
        return self.post(target, data, headers={"Referer": page.url})

    def sign_in(self, email: str, password: str) -> Page:
        page = self.submit(self.get("/accesso/"), "/accesso/", email=email, password=password)
        assert self.cookies.get("sessione"), page.words
        return page

    @staticmethod
    def _read(found: requests.Response) -> Page:
        return Page(found.status_code, found.url, found.text, found.headers)


def filled(form: Any) -> dict[str, Any]:
    """What a browser would send of a form that nobody touched."""
    found: dict[str, Any] = {}
    for control in form.find_all(["input", "textarea", "select"]):
        name = control.get("name")
        if not name or control.has_attr("disabled"):
            continue
        if control.name == "select":
            chosen = control.find("option", selected=True) or control.find("option")
            found[name] = chosen.get("value", "") if chosen else ""
        elif control.name == "textarea":
            found[name] = control.text
        elif control.get("type") in ("checkbox", "radio"):
            if control.has_attr("checked"):
                found[name] = control.get("value", "on")
        elif control.get("type") != "submit":
            found[name] = control.get("value", "")
    return found
