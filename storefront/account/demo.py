"""Who can sign in with one click: the demo's people, on the embedded edition alone.

The supervisor names a file beside its data; without one, and in production always, there is nobody.
Passwords stay on the server: a button names a person, never a secret.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

SHOPPERS = ("employee",)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    email: str
    name: str
    role: str
    organisation: str
    password: str


def accounts() -> list[DemoAccount]:
    """The demo's employees, who have something to spend; empty without a demo."""
    file = Path(settings.DEMO_ACCOUNTS) if settings.DEMO_ACCOUNTS else None
    if not settings.EMBEDDED or file is None or not file.is_file():
        return []
    listed = [DemoAccount(**one) for one in json.loads(file.read_text(encoding="utf-8"))]
    return [one for one in listed if one.role in SHOPPERS]


def account(email: str) -> DemoAccount | None:
    return next((one for one in accounts() if one.email == email), None)
