"""What every answer bears, and what a person sees when a page cannot be made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from marketplace.embedded.processes import Child, free_port
from tests.storefront.shop import EMPLOYEE, PROJECT
from tests.storefront.visitor import Visitor

PICTURE = "/figure/480/products/asciugamani-5-pezzi.jpg"


def test_nothing_is_loaded_from_elsewhere_and_nothing_inline_runs(shop):
    page = shop.visitor().get("/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert not page.soup.select("[style], style, script:not([src]), [onclick]")
    addresses = [one.get("href") or one.get("src") for one in page.soup.select("[href], [src]")]
    assert all(one.startswith(("/", "#")) for one in addresses)


def test_what_is_about_a_person_is_kept_by_no_cache(shop):
    assert shop.visitor(EMPLOYEE).get("/").headers["Cache-Control"] == "private, no-store"
    assert "no-cache" in shop.visitor().get("/").headers["Cache-Control"]


def test_static_files_are_kept_for_a_year_under_a_name_that_changes_with_them(shop):
    page = shop.visitor().get("/accesso/")
    sheet = page.soup.select_one("link[rel=stylesheet]")["href"]
    answer = shop.visitor().get(sheet)
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] in ("br", "gzip")


def test_pages_are_sent_small(shop):
    assert shop.visitor().get("/").headers["Content-Encoding"] == "gzip"


def test_a_page_that_is_not_there(shop):
    page = shop.visitor(language="en").get("/nulla/")
    assert page.status == 404
    assert "cannot find this page" in page.words
    assert page.headers["X-Request-ID"] in page.words


def test_a_request_s_number_is_the_proxy_s_where_it_is_sound(shop):
    def number(given):
        return shop.visitor().get("/accesso/", headers={"X-Request-ID": given})

    assert number("abcdef-123456").headers["X-Request-ID"] == "abcdef-123456"
    for bad in ("short", "x" * 65, "<script>alert</script>"):
        assert number(bad).headers["X-Request-ID"] != bad


@pytest.mark.parametrize(
    "path",
    [
        "/figure/480/../../secrets.json",
        "/figure/480/products/..%2f..%2fsecrets.json",
        "/figure/480/none.jpg",
        "/figure/481/products/asciugamani-5-pezzi.jpg",
        "/figure/480/page.svg",
        "/figure/480/page.html",
    ],
)
def test_what_is_no_picture_is_not_shown(shop, path):
    assert shop.visitor().get(path).status == 404


def test_a_picture_is_as_small_as_it_is_shown(shop):
    answer = shop.visitor().get(PICTURE)
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"].startswith("public")
    assert int(answer.headers["Content-Length"]) < 30_000


@contextmanager
def storefront(tmp_path, **more):
    """A storefront of its own, with other settings than the shop's."""
    port = free_port()
    told = {
        "DJANGO_SETTINGS_MODULE": "storefront.settings",
        "STOREFRONT_SECRET_KEY": "tests only, never a secret of anybody",
        "STOREFRONT_STATIC": str(tmp_path / "static"),
        "STOREFRONT_WORKERS": "1",
        "WELFAREPIU_STOREFRONT_PORT": str(port),
        **more,
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "python:storefront.gunicorn_conf"]
    child = Child(
        "storefront", [*command, "storefront.wsgi"], os.environ | told, tmp_path / "storefront.log"
    )
    child.start()
    try:
        yield Visitor(f"http://127.0.0.1:{port}", language="en"), child
    finally:
        child.ask_to_stop()
        child.make_sure_it_stopped(0)


def eventually(visitor, path):
    from time import monotonic, sleep

    from requests import ConnectionError as NotYet

    deadline = monotonic() + 30
    while True:
        try:
            return visitor.get(path)
        except NotYet:
            assert monotonic() < deadline
            sleep(0.1)


def test_without_an_api_people_are_told_what_happened_and_what_to_do(tmp_path):
    nowhere = f"http://127.0.0.1:{free_port()}"
    with storefront(tmp_path, WELFAREPIU_EMBEDDED="1", WELFAREPIU_API=nowhere) as (visitor, child):
        page = eventually(visitor, "/?q=secret")
        assert page.status == 503
        assert page.headers["Retry-After"]
        assert "Nothing was bought and nothing was lost" in page.words
        assert page.headers["X-Request-ID"] in page.words
        part = visitor.get("/", headers={"HX-Request": "true"})
        assert part.status == 503
        assert "<html" not in part.text
        log = child.log.read_text()
        assert page.headers["X-Request-ID"] in log
        assert "secret" not in log


def test_in_production_cookies_are_secure_and_there_is_no_demo(tmp_path):
    accounts = tmp_path / "demo-accounts.json"
    account = {"email": "a@example.com", "name": "Anna", "role": "employee", "organisation": "X"}
    accounts.write_text(json.dumps([account | {"password": "known to all"}]))
    told = {"STOREFRONT_DEMO_ACCOUNTS": str(accounts)}
    with storefront(tmp_path, **told) as (visitor, child):
        page = eventually(visitor, "/accesso/?next=/ordini/77/")
        assert "Anna" not in page.text
        assert all(one.secure for one in visitor.cookies)
        assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
        assert visitor.get("/stile/").status == 404
        log = child.log.read_text()
        # The server's own lines too.
        loggers = {json.loads(line)["logger"] for line in log.splitlines()}
        assert {"gunicorn.error", "storefront.traces"} <= loggers
        assert "/ordini/" not in log
    (tmp_path / "demo").mkdir()
    with storefront(tmp_path / "demo", **told, WELFAREPIU_EMBEDDED="1") as (visitor, _child):
        page = eventually(visitor, "/accesso/")
        assert "Anna" in page.text
        assert "known to all" not in page.text


def test_it_needs_a_secret_of_its_own():
    environment = {name: value for name, value in os.environ.items() if "STOREFRONT" not in name}
    command = [sys.executable, "-m", "storefront", "check"]
    run = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert run.returncode
    assert "STOREFRONT_SECRET_KEY" in run.stderr


def test_a_form_of_a_megabyte_is_refused_before_it_is_read(shop):
    visitor = shop.visitor()
    visitor.get("/accesso/")
    assert visitor.post("/accesso/", {"email": "y" * 1_000_000}).status == 400


def test_a_host_that_is_not_ours_is_refused(shop):
    assert shop.visitor().get("/accesso/", headers={"Host": "evil.example"}).status == 400
