"""How Saleor 3.23 is served, for tests that start a server of their own."""

from __future__ import annotations

import sys

from tests.production import composition


def command(port: int) -> list[str]:
    """As in production, on a port of loopback: of options, the last one holds."""
    _python, *as_there = composition.command("api")
    return [sys.executable, *as_there, "--host=127.0.0.1", f"--port={port}"]
