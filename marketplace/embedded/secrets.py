"""Secrets of an embedded installation, made once and kept where only their owner reads them."""

from __future__ import annotations

import json
import os
import secrets as entropy
from pathlib import Path

STOREFRONT_KEY = "STOREFRONT_SECRET_KEY"


def ensure(data: Path) -> dict[str, str]:
    """Return this installation's secrets by environment name, making the file the first time."""
    path = data / "secrets.json"
    if not path.exists():
        _make(path)
    loaded: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    if STOREFRONT_KEY not in loaded:
        loaded = _add_storefront_s(path, loaded)
    return loaded


def _storefront_s() -> dict[str, str]:
    """What the storefront signs its cookies with, and what the API knows it by."""
    return {
        STOREFRONT_KEY: entropy.token_urlsafe(50),
        "STOREFRONT_CALLER_KEY": entropy.token_urlsafe(32),
    }


def _add_storefront_s(path: Path, loaded: dict[str, str]) -> dict[str, str]:
    """An installation from before there was a storefront: it keeps what it has."""
    whole = loaded | _storefront_s()
    unfinished = _write(path, whole)
    unfinished.replace(path)
    return whole


def _make(path: Path) -> None:
    """Write the file whole or not at all; of two processes at once, the first one's stays."""
    from cryptography.fernet import Fernet

    path.parent.mkdir(parents=True, exist_ok=True)
    made = {
        "SECRET_KEY": entropy.token_urlsafe(50),
        "WELFAREPIU_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "STRIPE_API_KEY": "sk_test_" + entropy.token_hex(12),
        "STRIPE_WEBHOOK_SECRET": "whsec_" + entropy.token_hex(16),
        **_storefront_s(),
    }
    unfinished = _write(path, made)
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()


def _write(path: Path, made: dict[str, str]) -> Path:
    """A file beside ``path`` that its owner alone can read."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(made, file, indent=1)
    return unfinished
