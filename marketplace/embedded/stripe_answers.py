"""Answers in Stripe's words: JSON, errors, and the nested forms that its SDK sends."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    def response(self, *, replayed: bool) -> web.Response:
        extra = {"Idempotent-Replayed": "true"} if replayed else {}
        return web.Response(status=self.status, body=self.body, headers=self.headers | extra)

    def json(self) -> Any:
        return json.loads(self.body or b"{}")


def answer(found: Mapping[str, Any], status: int = 200) -> Answer:
    """An object of Stripe's."""
    return Answer(status, json.dumps(found).encode(), {"Content-Type": "application/json"})


def refusal(status: int, code: str, message: str, *, type: str = "invalid_request_error") -> Answer:
    """An error as Stripe words it."""
    error = {"type": type, "message": message} | ({"code": code} if code else {})
    return answer({"error": error}, status)


def form(body: bytes) -> dict[str, Any]:
    """``a[b][0][c]=1`` as ``{"a": {"b": {"0": {"c": "1"}}}}``."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode(), keep_blank_values=True):
        *path, last = re.findall(r"[^\[\]]+", name)
        inner = found
        for step in path:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return found
