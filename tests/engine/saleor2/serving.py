"""How Saleor 2.10.1 is served, for tests that start a server of their own."""

from __future__ import annotations

import sys


def command(_port: int) -> list[str]:
    """As on one machine; the port is in the environment."""
    return [
        *(sys.executable, "-m", "gunicorn", "--log-level", "warning"),
        *("-c", "python:marketplace.embedded.gunicorn_conf", "marketplace.api.wsgi"),
    ]
