"""ASGI, as production serves: no more of a body is read than a request may have."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.conf import settings
from django.core.asgi import get_asgi_application

from marketplace.api.bodies import bounded

CHUNK = b"x" * 100_000
LIVE = "/health/live"


def served(application: Any, *headers: tuple[bytes, bytes], chunks: int) -> tuple[int, bytes, int]:
    """Status, body and how many chunks were read of a request that brings so many."""
    left, answers = [chunks], []

    async def receive() -> dict[str, Any]:
        if left[0] == 0:
            await asyncio.sleep(60)  # Nobody hangs up before the answer.
        left[0] -= 1
        return {"type": "http.request", "body": CHUNK, "more_body": left[0] > 0}

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": LIVE,
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), *headers],
        "client": ["127.0.0.1", 50_000],
        "asgi": {"version": "3.0"},
    }
    asyncio.run(application(scope, receive, send))
    body = b"".join(one.get("body", b"") for one in answers[1:])
    return answers[0]["status"], body, chunks - left[0]


@pytest.fixture
def asgi() -> Any:
    return bounded(get_asgi_application())


@pytest.mark.parametrize(
    ("content_type", "most"),
    [
        (b"application/json", settings.GRAPHQL_MAX_BODY_BYTES),
        (b"multipart/form-data; boundary=x", settings.GRAPHQL_MAX_UPLOAD_BYTES),
    ],
)
def test_a_body_that_does_not_say_its_length_is_read_to_the_limit(asgi, content_type, most):
    headers = (b"content-type", content_type), (b"transfer-encoding", b"chunked")
    status, body, read = served(asgi, *headers, chunks=2 * most // len(CHUNK))
    assert status == 413
    assert json.loads(body)["errors"][0]["extensions"]["code"] == "REQUEST_TOO_LARGE"
    assert read == most // len(CHUNK) + 1


@pytest.mark.parametrize("length", [b"1000001", b"9" * 5000, b"-1", b"none"])
def test_one_that_says_so_is_not_read_at_all(asgi, length):
    assert served(asgi, (b"content-length", length), chunks=1)[::2] == (413, 0)


def test_what_is_within_the_limit_is_served(asgi):
    most = settings.GRAPHQL_MAX_BODY_BYTES // len(CHUNK)
    assert served(asgi, chunks=most)[0] == 200


def test_twin_django_alone_reads_all_of_it():
    assert served(get_asgi_application(), chunks=200)[::2] == (200, 200)
