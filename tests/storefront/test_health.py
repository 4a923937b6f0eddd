"""The storefront says whether it lives and can serve, and its log says nothing private."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from marketplace.embedded.processes import free_port
from marketplace.embedded.setup import PROJECT

ASK = """
import json, logging, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "storefront.settings"
import django
django.setup()
from django.test import Client
Client().get("/lingua/en/?next=/ordini/123/", HTTP_HOST="127.0.0.1", HTTP_X_REQUEST_ID="page-0001")
for path in ("/health/live", "/health/ready"):
    answer = Client().get(path, HTTP_HOST="127.0.0.1", HTTP_X_REQUEST_ID="abcd-1234")
    print(json.dumps([answer.status_code, answer.json(), answer["X-Request-ID"]]))
try:
    raise ValueError("anna@example.com has a husband who is ill")
except ValueError:
    logging.getLogger("storefront").exception("broke for anna@example.com at /x/?token=abc")
"""


@pytest.fixture(scope="module")
def said() -> subprocess.CompletedProcess[str]:
    """A storefront in production's settings, whose API is not there."""
    environment = os.environ | {
        "STOREFRONT_SECRET_KEY": "of this test alone",
        "STOREFRONT_HOSTS": "127.0.0.1",
        "WELFAREPIU_API": f"http://127.0.0.1:{free_port()}",
        "WELFAREPIU_EMBEDDED": "",
    }
    return subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )


def test_it_lives_without_the_api_and_is_not_ready(said):
    live, ready = map(json.loads, said.stdout.splitlines())
    assert live == [200, {"status": "live"}, "abcd-1234"]
    assert ready[0] == 503
    assert ready[1]["code"] == "API_UNREACHABLE"


def test_its_lines_are_objects_without_anybodys_words(said):
    lines = [json.loads(line) for line in said.stderr.splitlines() if line.startswith("{")]
    broke = lines[-1]
    assert broke["error"]["type"] == "ValueError"
    assert broke["error"]["frames"]
    assert "broke for" in broke["message"]
    for private in ("anna", "husband", "abc"):
        assert private not in json.dumps(broke)


def test_a_page_leaves_one_line_with_its_number_and_not_its_address(said):
    lines = [json.loads(line) for line in said.stderr.splitlines() if line.startswith("{")]
    pages = [line for line in lines if line["logger"] == "storefront.traces"]
    (page,) = pages  # and none of a machine's
    assert page["request_id"] == "page-0001"
    assert (page["method"], page["route"], page["status"]) == ("GET", "language", 302)
    assert page["duration_ms"] > 0
    assert "ordini" not in json.dumps(page)
