"""Secrets of an embedded installation, made once and kept where only their owner reads them."""

from __future__ import annotations

import json
import secrets as entropy
from pathlib import Path


def ensure(data: Path) -> dict[str, str]:
    """Return this installation's secrets by environment name, making the file the first time."""
    path = data / "secrets.json"
    if not path.exists():
        from cryptography.fernet import Fernet

        data.mkdir(parents=True, exist_ok=True)
        made = {
            "SECRET_KEY": entropy.token_urlsafe(50),
            "WELFAREPIU_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "STRIPE_API_KEY": "sk_test_" + entropy.token_hex(12),
            "STRIPE_WEBHOOK_SECRET": "whsec_" + entropy.token_hex(16),
        }
        path.touch(mode=0o600)
        path.write_text(json.dumps(made, indent=1), encoding="utf-8")
    loaded: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return loaded
